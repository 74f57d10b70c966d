namespace Relay.Queue;

/// <summary>The state of one recipient of a queued message. The values are persisted: append only.</summary>
public enum RecipientStatus : byte
{
    /// <summary>Not tried yet.</summary>
    Pending = 0,

    /// <summary>Tried and deferred (4xx, no connection, broken session).</summary>
    Deferred = 1,

    /// <summary>Accepted by the next hop. Terminal.</summary>
    Delivered = 2,

    /// <summary>Refused for good and reported (or not to be reported). Terminal.</summary>
    Bounced = 3,

    /// <summary>Gave up after the lifetime and reported. Terminal.</summary>
    Expired = 4,

    /// <summary>Removed by an administrator or a discard route. Terminal.</summary>
    Deleted = 5,
}
