using Relay.Smtp.Replies;

namespace Relay.Server.Sessions;

/// <summary>
/// STARTTLS (RFC 3207). What follows it in the same write never gets here: that ends the session (CVE-2011-0411), and
/// what comes before the client's handshake is no handshake.
/// </summary>
internal static class StartTlsCommand
{
    public static Step StartTls(SessionDialog dialog, ReadOnlySpan<byte> arguments)
    {
        if (dialog.Settings.Tls is not { } tls)
        {
            return dialog.Refuse(Replies.CommandNotImplemented);
        }

        if (dialog.IsTls)
        {
            return dialog.Refuse(Replies.TlsIsActive);
        }

        if (!dialog.MayStartTls)
        {
            return dialog.Refuse(Replies.TlsNotOffered);
        }

        if (!tls.IsAvailable)
        {
            return dialog.Reply(Replies.TlsUnavailable);
        }

        dialog.Reply(Replies.ReadyForTls);
        return Step.StartTls;
    }
}
