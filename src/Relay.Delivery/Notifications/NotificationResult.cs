namespace Relay.Delivery.Notifications;

/// <summary>What became of a notification that was due.</summary>
internal enum NotificationResult : byte
{
    /// <summary>The queue did not take it, and nothing has changed.</summary>
    Failed,

    /// <summary>It is in the queue, and with it the new states of the recipients that it speaks of.</summary>
    Sent,

    /// <summary>Its addressee is nobody here: mail to it is dropped.</summary>
    Dropped,
}
