namespace Relay.Queue;

/// <summary>Where a queue keeps its messages.</summary>
public enum MailQueueEngine
{
    /// <summary>The crash-safe log on disk.</summary>
    Faster = 0,

    /// <summary>The same engine on a log in memory: for tests and demonstrations.</summary>
    Memory = 1,

    /// <summary>No records at all: for measuring everything but the queue.</summary>
    Null = 2,
}
