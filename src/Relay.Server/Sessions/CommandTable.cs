using Relay.Smtp.Commands;

namespace Relay.Server.Sessions;

/// <summary>Verb to handler and flags: what may be said when is data, not code.</summary>
internal static class CommandTable
{
    private static readonly Entry[] Entries = Build();

    public static ref readonly Entry Get(SmtpVerb verb) => ref Entries[(int)verb];

    private static Entry[] Build()
    {
        const CommandFlags Harmless = CommandFlags.Idle | CommandFlags.WhenRejected;
        var entries = new Entry[(int)SmtpVerb.Http + 1];
        entries[(int)SmtpVerb.Unknown] = new(OtherCommands.Unknown, CommandFlags.WhenRejected);
        entries[(int)SmtpVerb.Ehlo] = new(HelloCommands.Ehlo, Harmless | CommandFlags.EndsGroup);
        entries[(int)SmtpVerb.Helo] = new(HelloCommands.Helo, Harmless);
        entries[(int)SmtpVerb.Lhlo] = new(OtherCommands.Unknown, CommandFlags.WhenRejected);
        entries[(int)SmtpVerb.Mail] = new(MailCommands.Mail, CommandFlags.Idle);
        entries[(int)SmtpVerb.Rcpt] = new(MailCommands.Rcpt, CommandFlags.None);
        entries[(int)SmtpVerb.Data] = new(ContentCommands.Data, CommandFlags.NoArguments | CommandFlags.EndsGroup);
        entries[(int)SmtpVerb.Bdat] = new(ContentCommands.Bdat, CommandFlags.WhenRejected);
        entries[(int)SmtpVerb.Rset] = new(MailCommands.Rset, Harmless | CommandFlags.NoArguments);
        entries[(int)SmtpVerb.Noop] = new(OtherCommands.Noop, Harmless);
        entries[(int)SmtpVerb.Vrfy] = new(VerifyCommands.Vrfy, CommandFlags.Idle);
        entries[(int)SmtpVerb.Expn] = new(VerifyCommands.Expn, CommandFlags.Idle);
        entries[(int)SmtpVerb.Help] = new(OtherCommands.Help, CommandFlags.Idle);
        entries[(int)SmtpVerb.Etrn] = new(EtrnCommand.Etrn, CommandFlags.Idle);
        entries[(int)SmtpVerb.Verb] = new(OtherCommands.Verb, CommandFlags.Idle);
        entries[(int)SmtpVerb.Quit] = new(OtherCommands.Quit, CommandFlags.WhenRejected);
        entries[(int)SmtpVerb.StartTls] = new(
            StartTlsCommand.StartTls, CommandFlags.Idle | CommandFlags.NoArguments | CommandFlags.EndsGroup);
        entries[(int)SmtpVerb.Auth] = new(AuthCommand.Auth, CommandFlags.Idle);
        entries[(int)SmtpVerb.Xclient] = new(XclientCommand.Xclient, Harmless | CommandFlags.EndsGroup);
        entries[(int)SmtpVerb.Http] = new(OtherCommands.OtherProtocol, CommandFlags.WhenRejected);
        return entries;
    }

    internal readonly record struct Entry(CommandHandler Handler, CommandFlags Flags);
}
