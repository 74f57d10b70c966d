namespace Relay.Queue;

/// <summary>How a queue is kept. The defaults are those of docs/queue-format.md.</summary>
public sealed class MailQueueOptions
{
    public MailQueueEngine Engine { get; init; } = MailQueueEngine.Faster;

    /// <summary>The queue's directory; made with mode 0700 if missing. Only the durable engine uses it.</summary>
    public string Directory { get; init; } = "relay-data/queue";

    /// <summary>
    /// False gives up the promise of the 250: writes are no longer synchronous, a power cut loses acknowledged mail.
    /// For measuring what the synchronous writes cost, and for the test that proves that they are there.
    /// </summary>
    public bool SynchronousWrites { get; init; } = true;

    /// <summary>The unit of space reclamation in octets; a power of two.</summary>
    public long SegmentSize { get; init; } = 64L << 20;

    /// <summary>More messages than this are refused with 452 4.3.1. Bounds the index (64 octets per message).</summary>
    public long MessagesMax { get; init; } = 10_000_000;

    /// <summary>States that nobody waits for are durable after this long; a crash repeats that much delivery.</summary>
    public TimeSpan LazyCommitInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>A snapshot of the index is written after this long ...</summary>
    public TimeSpan SnapshotInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>... or after this much log, whichever comes first.</summary>
    public long SnapshotLogLength { get; init; } = 1L << 30;

    /// <summary>How fast survivors of mostly dead segments are moved, in octets per second.</summary>
    public long CleanerRate { get; init; } = 20_000_000;

    /// <summary>
    /// Open although acknowledged mail is known to be missing, reporting each gap: for an operator who was told so.
    /// </summary>
    public bool Salvage { get; init; }

    /// <summary>Told of rare things: damage, failures, recovery. Called from any thread; must not block.</summary>
    public Action<MailQueueIncident>? OnIncident { get; init; }

    /// <summary>
    /// Told of every commit: how many waited for it, and how long its synchronous writes took. Called by the commit
    /// thread; must neither block nor throw.
    /// </summary>
    public Action<int, TimeSpan>? OnCommit { get; init; }
}
