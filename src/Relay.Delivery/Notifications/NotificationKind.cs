namespace Relay.Delivery.Notifications;

/// <summary>What a notification is about. One message is about one kind only.</summary>
internal enum NotificationKind : byte
{
    None,

    /// <summary>Recipients that were refused or not reached in time.</summary>
    Failure,

    /// <summary>The same, of a message with the null reverse-path: to the administrator.</summary>
    DoubleBounce,

    /// <summary>Recipients that are not reached yet.</summary>
    Delay,

    /// <summary>Recipients that were delivered, or relayed to a next hop that does not report.</summary>
    Success,
}
