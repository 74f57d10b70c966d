namespace Relay.Queue.Journal;

/// <summary>
/// One who waits for a commit: an intrusive node of the current batch, reused by its owner. It may be in one batch at a
/// time; <see cref="OnCommitted"/> is called exactly once per <see cref="IJournal.Join"/>, on a pool thread.
/// </summary>
internal abstract class CommitWaiter
{
    internal CommitWaiter? NextInBatch { get; set; }

    /// <param name="error">Null if everything appended before the join is durable.</param>
    public abstract void OnCommitted(MailQueueException? error);
}
