namespace Relay.Queue.Journal;

/// <summary>The waiters that joined since the last commit began: a lock-free intrusive stack.</summary>
internal sealed class WaiterList
{
    private CommitWaiter? _newest;

    public bool IsEmpty => Volatile.Read(ref _newest) is null;

    /// <summary>Adds a waiter; true if it is the first since the list was taken.</summary>
    public bool Add(CommitWaiter waiter)
    {
        CommitWaiter? newest = Volatile.Read(ref _newest);
        while (true)
        {
            waiter.NextInBatch = newest;
            CommitWaiter? seen = Interlocked.CompareExchange(ref _newest, waiter, newest);
            if (seen == newest)
            {
                return newest is null;
            }

            newest = seen;
        }
    }

    /// <summary>Takes all waiters, newest first, for <see cref="WaiterBatch.Complete"/>.</summary>
    public CommitWaiter? TakeAll() => Interlocked.Exchange(ref _newest, null);
}
