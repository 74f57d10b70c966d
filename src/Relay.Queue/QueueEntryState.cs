namespace Relay.Queue;

/// <summary>Where a message stands.</summary>
public enum QueueEntryState : byte
{
    /// <summary>Waiting for its time.</summary>
    Deferred = 0,

    /// <summary>Ready or under way: handed to the consumer.</summary>
    Active = 1,

    /// <summary>Held until released.</summary>
    Held = 2,

    /// <summary>Its stored form is damaged; kept aside.</summary>
    Quarantined = 3,
}
