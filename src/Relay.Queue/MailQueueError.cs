namespace Relay.Queue;

/// <summary>Why a queue operation failed. All of these are our own failures: the client gets a 4xx.</summary>
public enum MailQueueError
{
    None = 0,

    /// <summary>No space for new messages (452 4.3.1); works on by itself when space returns.</summary>
    InsufficientStorage,

    /// <summary>The storage failed (451 4.3.0); the queue reopens by itself.</summary>
    StorageFailed,

    /// <summary>The queue is stopping (421 4.3.2).</summary>
    Stopping,

    /// <summary>The message is not in the queue (any more).</summary>
    NotFound,

    /// <summary>The stored message does not pass its checksum; it is quarantined.</summary>
    Damaged,
}
