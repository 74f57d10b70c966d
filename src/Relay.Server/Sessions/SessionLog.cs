using Relay.Logging;

namespace Relay.Server.Sessions;

/// <summary>What a session writes to the mail log.</summary>
internal static class SessionLog
{
    /// <summary>The peer went away; worth a line only if it left mail behind.</summary>
    public static void LogLostInput(this SessionDialog dialog)
    {
        if (dialog.Transaction is not null)
        {
            dialog.LogSession(dialog.Phase == SessionPhase.Content
                ? "lost input channel after data (message dropped)"u8
                : "lost input channel after mail (transaction dropped)"u8);
        }
    }

    /// <summary>Writes a rejection to the mail log.</summary>
    public static void LogRejected(
        this SessionDialog dialog,
        ReadOnlySpan<byte> reply,
        ReadOnlySpan<byte> reversePath,
        ReadOnlySpan<byte> recipient)
    {
        dialog.Server.Log.Write(new MailEvent
        {
            Kind = MailEventKind.Rejected,
            Stage = dialog.Transaction is null ? MailStage.Connect : recipient.IsEmpty ? MailStage.Mail : MailStage.Rcpt,
            ReversePath = reversePath,
            HasReversePath = dialog.Transaction is not null,
            Recipient = recipient,
            Peer = dialog.ClientText,
            Helo = dialog.Client.Helo,
            Via = dialog.ListenerName,
            Reply = reply,
            Delay = Timeout.InfiniteTimeSpan,
        });
    }

    public static void LogSession(this SessionDialog dialog, ReadOnlySpan<byte> text)
    {
        dialog.Server.Log.Write(new MailEvent
        {
            Kind = MailEventKind.Session,
            Peer = dialog.ClientText,
            Helo = dialog.Client.Helo,
            Via = dialog.ListenerName,
            Reply = text,
            Delay = Timeout.InfiniteTimeSpan,
        });
    }
}
