namespace Relay.Queue;

/// <summary>Counters since start and present depths, for the summary, metrics and tests.</summary>
public readonly record struct QueueStatistics(
    long Accepted,
    long Removed,
    long Messages,
    long Deferred,
    long Active,
    long Held,
    long Quarantined,
    long Commits,
    long BytesAppended,
    long BytesOnDisk);
