using Relay.Delivery.Attempts;
using Relay.Queue;
using Relay.Smtp;

namespace Relay.Delivery.Notifications;

/// <summary>Who hears of what (RFC 3461 §4.1, §5.2).</summary>
internal static class NotificationRules
{
    /// <summary>
    /// A failure unless NOTIFY excludes it; success only if NOTIFY asks for it and the next hop did not take that over
    /// (§5.2.2, action <c>relayed</c>). Never for the null reverse-path (RFC 5321 §6.1).
    /// </summary>
    public static bool IsDue(MessageAttempt attempt, in RecipientAttempt recipient)
    {
        if (recipient.Progress != RecipientProgress.Finished || attempt.ReversePath(recipient).IsEmpty)
        {
            return false;
        }

        DsnNotify notify = attempt.Message.Envelope.GetRecipient(recipient.Ordinal).Notify;
        return recipient.Status switch
        {
            RecipientStatus.Bounced or RecipientStatus.Expired =>
                notify == DsnNotify.Unspecified || (notify & DsnNotify.Failure) != 0,
            RecipientStatus.Delivered => (notify & DsnNotify.Success) != 0 && !attempt.DsnPassedOn,
            _ => false,
        };
    }

    /// <summary>As above, and reported to this reverse-path (<see cref="RecipientAttempt.Sender"/>).</summary>
    public static bool IsDue(MessageAttempt attempt, in RecipientAttempt recipient, int sender) =>
        recipient.Sender == sender && IsDue(attempt, recipient);
}
