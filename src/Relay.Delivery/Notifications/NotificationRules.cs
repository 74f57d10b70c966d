using Relay.Delivery.Attempts;
using Relay.Queue;
using Relay.Smtp;

namespace Relay.Delivery.Notifications;

/// <summary>Who hears of what (RFC 3461 §4.1, §5.2).</summary>
internal static class NotificationRules
{
    /// <summary>
    /// A failure unless NOTIFY excludes it; a delay if the attempt found it to be due; success only if NOTIFY asks for
    /// it and the next hop did not take that over (§5.2.2). The null reverse-path gets none (RFC 5321 §6.1): of a
    /// failure the administrator hears instead, but of one double bounce never by another.
    /// </summary>
    public static NotificationKind KindOf(
        MessageAttempt attempt, in RecipientAttempt recipient, NotificationOptions options)
    {
        if (recipient.Progress != RecipientProgress.Finished || recipient.IsKept)
        {
            return NotificationKind.None;
        }

        bool isFailure = recipient.Status is RecipientStatus.Bounced or RecipientStatus.Expired;
        if (attempt.ReversePath(recipient).IsEmpty)
        {
            return isFailure && options.DoubleBounceAddress.Length > 0 && !DoubleBounce.Is(attempt.Message.Envelope)
                ? NotificationKind.DoubleBounce
                : NotificationKind.None;
        }

        DsnNotify notify = attempt.Message.Envelope.GetRecipient(recipient.Ordinal).Notify;
        return isFailure ? When(NotificationKind.Failure, IsAskedFor(notify, DsnNotify.Failure))
            : recipient.Status == RecipientStatus.Delivered
                ? When(NotificationKind.Success, (notify & DsnNotify.Success) != 0 && !recipient.DsnPassedOn)
            : When(NotificationKind.Delay, recipient.IsLate);
    }

    public static bool IsFailure(NotificationKind kind) =>
        kind is NotificationKind.Failure or NotificationKind.DoubleBounce;

    private static NotificationKind When(NotificationKind kind, bool isDue) => isDue ? kind : NotificationKind.None;

    private static bool IsAskedFor(DsnNotify notify, DsnNotify what) =>
        notify == DsnNotify.Unspecified || (notify & what) != 0;
}
