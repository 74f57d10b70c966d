namespace Relay.Delivery.Scheduling;

/// <summary>Which of the times of Sendmail's <c>Timeout.queuereturn</c> and <c>Timeout.queuewarn</c> count.</summary>
internal enum MessagePriority : byte
{
    Normal,
    Urgent,
    NonUrgent,

    /// <summary>Sendmail's <c>dsn</c>.</summary>
    Notification,
}
