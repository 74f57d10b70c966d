using Relay.Smtp.Replies;

namespace Relay.Server.Sessions;

/// <summary>The commands that neither greet nor move mail.</summary>
internal static class OtherCommands
{
    /// <summary>An unknown verb is shown back up to this length.</summary>
    private const int ShownVerbMax = 64;

    /// <summary>
    /// What a local user's program says here of how it was called counts for the messages that follow
    /// (<see cref="AuthenticationWarning"/>); any other argument means nothing (RFC 5321 §4.1.1.9).
    /// </summary>
    public static Step Noop(SessionDialog dialog, ReadOnlySpan<byte> arguments)
    {
        if (dialog.Client.LocalUser is { IsTrusted: false } user)
        {
            dialog.LocalDoubt = AuthenticationWarning.OfProgram(user.Name, arguments) ?? dialog.LocalDoubt;
        }

        return dialog.Reply(Replies.Ok);
    }

    public static Step Help(SessionDialog dialog, ReadOnlySpan<byte> arguments) => dialog.Reply(Replies.Help);

    /// <summary>
    /// A local user sees his messages' deliveries from here on, as replies 050, unless that is kept to trusted ones
    /// (Sendmail: restrictexpand). For clients from the network there is nothing more to tell than the replies.
    /// </summary>
    public static Step Verb(SessionDialog dialog, ReadOnlySpan<byte> arguments)
    {
        dialog.IsVerbose = dialog.Client.LocalUser is { } user
            && (user.IsTrusted || !dialog.Settings.Hides(PrivacyFlags.RestrictExpand));
        return dialog.Reply(dialog.Settings.Hides(PrivacyFlags.NoVerb) && !dialog.IsVerbose
            ? Replies.VerboseUnavailable
            : Replies.VerboseMode);
    }

    public static Step Quit(SessionDialog dialog, ReadOnlySpan<byte> arguments) =>
        dialog.ReplyAndClose(dialog.Settings.Quit);

    public static Step NotImplemented(SessionDialog dialog, ReadOnlySpan<byte> arguments) =>
        dialog.Refuse(Replies.CommandNotImplemented);

    /// <summary>Given the whole line: its first word is shown back, made printable.</summary>
    public static Step Unknown(SessionDialog dialog, ReadOnlySpan<byte> line)
    {
        int end = line.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> word = end < 0 ? line : line[..end];
        ReplyWriter.Insert(
            dialog.Output,
            Replies.CommandUnrecognized,
            word.Length > ShownVerbMax ? word[..ShownVerbMax] : word);
        return dialog.CountBadCommand();
    }

    /// <summary>
    /// A request of another protocol: as the first command it ends the session. Given the whole line.
    /// </summary>
    public static Step OtherProtocol(SessionDialog dialog, ReadOnlySpan<byte> line)
    {
        if (!dialog.IsFirstCommand)
        {
            return Unknown(dialog, line);
        }

        dialog.LogSession("rejecting open proxy request"u8);
        ReplyWriter.Insert(dialog.Output, Replies.OpenProxy, dialog.Settings.HostName, dialog.ClientText);
        return Step.Close;
    }
}
