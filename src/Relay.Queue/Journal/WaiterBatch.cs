namespace Relay.Queue.Journal;

/// <summary>
/// The waiters of one commit: an intrusive list, completed on pool threads by at most as many workers as there are
/// processors. Each worker takes one waiter after the other, so a slow one holds up nobody but its own worker.
/// Never used twice: a waiter may join the next batch while this one is still being completed.
/// </summary>
internal sealed class WaiterBatch : IThreadPoolWorkItem
{
    /// <summary>Waiters that one worker should at least have, or waking it costs more than it saves.</summary>
    private const int WaitersPerWorkerMin = 8;

    private readonly MailQueueException? _error;
    private CommitWaiter? _head;

    private WaiterBatch(CommitWaiter head, MailQueueException? error)
    {
        _head = head;
        _error = error;
    }

    /// <summary>
    /// Completes a list as <see cref="WaiterList.TakeAll"/> gives it; the caller runs none of the waiters.
    /// </summary>
    public static void Complete(CommitWaiter? newest, MailQueueException? error)
    {
        if (newest is null)
        {
            return;
        }

        // The list comes newest first: turn it, so that who waited longest is answered first.
        int count = 0;
        CommitWaiter? oldest = null;
        while (newest is not null)
        {
            CommitWaiter? next = newest.NextInBatch;
            newest.NextInBatch = oldest;
            oldest = newest;
            newest = next;
            count++;
        }

        var batch = new WaiterBatch(oldest!, error);
        int workers = Math.Clamp(count / WaitersPerWorkerMin, 1, Environment.ProcessorCount);
        for (int i = 0; i < workers; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(batch, preferLocal: false);
        }
    }

    /// <summary>How many waiters a list as <see cref="WaiterList.TakeAll"/> gives it has.</summary>
    public static int Count(CommitWaiter? newest)
    {
        int count = 0;
        for (; newest is not null; newest = newest.NextInBatch)
        {
            count++;
        }

        return count;
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (Take() is { } waiter)
        {
            waiter.OnCommitted(_error);
        }
    }

    /// <summary>
    /// Takes the oldest waiter. Its link may be read after another worker took it and its owner reused it; the exchange
    /// then fails, because a head that was taken never comes back to this batch.
    /// </summary>
    private CommitWaiter? Take()
    {
        while (Volatile.Read(ref _head) is { } head)
        {
            CommitWaiter? next = head.NextInBatch;
            if (Interlocked.CompareExchange(ref _head, next, head) == head)
            {
                return head;
            }
        }

        return null;
    }
}
