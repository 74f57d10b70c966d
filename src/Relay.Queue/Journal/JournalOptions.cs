namespace Relay.Queue.Journal;

/// <summary>How a <see cref="FasterJournal"/> is opened.</summary>
internal sealed class JournalOptions
{
    /// <summary>Smallest segment: four pages that each hold a 64 KiB piece and its envelope.</summary>
    public const long SegmentSizeMin = 1 << 20;

    /// <summary>The queue's directory; made if missing.</summary>
    public required string Directory { get; init; }

    /// <summary>
    /// Octets of one segment file, a power of two; counts for a new queue only, an existing one keeps its own. The
    /// default of 64 MiB is the unit of reclaiming space; small disks and tests use 1-16 MiB.
    /// </summary>
    public long SegmentSize { get; init; } = 64L << 20;

    /// <summary>How long records that nobody waits for may stay undurable.</summary>
    public TimeSpan LazyCommitInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// How old the durable tail in the super-block may be: bounds what damage could hide after a crash.
    /// </summary>
    public TimeSpan SuperBlockInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Pause before a failed write is tried again; doubles up to 32 times this.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Recycled segments kept for reuse.</summary>
    public int SparesMax { get; init; } = 16;

    /// <summary>
    /// Start although acknowledged records are known to be missing; each gap is reported to the visitor. For an
    /// operator who was told what is lost.
    /// </summary>
    public bool Salvage { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Told of rare events (a failed write, a retry that worked, damage found), one sentence each.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>See <see cref="MailQueueOptions.OnCommit"/>.</summary>
    public Action<int, TimeSpan>? OnCommit { get; init; }

    /// <summary>Replaces the real directory in tests.</summary>
    internal Func<IQueueStore>? OpenStore { get; init; }
}
