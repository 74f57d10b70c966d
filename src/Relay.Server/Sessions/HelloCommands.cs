using Relay.Server.Policies;
using Relay.Smtp.Commands;
using Relay.Smtp.Replies;

namespace Relay.Server.Sessions;

/// <summary>EHLO and HELO (RFC 5321 §4.1.1.1).</summary>
internal static class HelloCommands
{
    public static Step Ehlo(SessionDialog dialog, ReadOnlySpan<byte> arguments)
    {
        if (!TryGreet(dialog, arguments, Replies.EhloMissingDomain, out Step step))
        {
            return step;
        }

        dialog.IsExtended = true;
        ReplyWriter.Insert(dialog.Output, Replies.Ehlo, dialog.Settings.HostName, dialog.ClientText);
        if (dialog.Rejection is not null)
        {
            return dialog.Reply("250 ENHANCEDSTATUSCODES\r\n"u8);
        }

        EhloOffer offer = OfferOf(dialog);
        ReadOnlySpan<byte> lines = dialog.Settings.EhloLines(offer);
        int head = lines.Length - SmtpServerSettings.EhloTailLength(offer);
        ReplyWriter.Write(dialog.Output, lines[..head]);
        AuthCommand.WriteKeyword(dialog);
        if (dialog.IsXclientHost)
        {
            dialog.Reply(XclientCommand.Keyword);
        }

        return dialog.Reply(lines[head..]);
    }

    public static Step Helo(SessionDialog dialog, ReadOnlySpan<byte> arguments)
    {
        if (!TryGreet(dialog, arguments, Replies.HeloMissingDomain, out Step step))
        {
            return step;
        }

        dialog.IsExtended = false;
        ReplyWriter.Insert(dialog.Output, Replies.Helo, dialog.Settings.HostName, dialog.ClientText);
        return Step.Continue;
    }

    private static EhloOffer OfferOf(SessionDialog dialog)
    {
        bool etrn = dialog.Settings.ServesEtrn && (dialog.Modifiers & ListenerModifiers.NoEtrn) == 0;
        return (etrn ? EhloOffer.Etrn : EhloOffer.None) | (dialog.OffersStartTls ? EhloOffer.StartTls : EhloOffer.None);
    }

    private static bool TryGreet(
        SessionDialog dialog,
        ReadOnlySpan<byte> arguments,
        ReadOnlySpan<byte> missing,
        out Step step)
    {
        CommandError error = SmtpCommandParser.ParseHello(arguments, out HelloCommand command);
        if (error != CommandError.None)
        {
            step = dialog.Refuse(error == CommandError.HelloMissing ? missing : Replies.For(error));
            return false;
        }

        dialog.ResetTransaction();
        dialog.IsGreeted = true;
        if (!dialog.Client.Helo.AsSpan().SequenceEqual(command.Name))
        {
            dialog.Client.Helo = command.Name.ToArray();
        }

        step = default;
        return true;
    }
}
