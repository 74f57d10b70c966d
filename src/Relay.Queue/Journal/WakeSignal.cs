namespace Relay.Queue.Journal;

/// <summary>
/// Wakes one waiting thread; a set while nobody waits is kept for the next wait. Costs one interlocked exchange when
/// the thread is awake. One waiter, any number of setters.
/// </summary>
internal sealed class WakeSignal
{
    private const int Idle = 0;
    private const int Signaled = 1;
    private const int Sleeping = 2;

    private readonly object _gate = new();
    private int _state;

    public void Set()
    {
        if (Interlocked.Exchange(ref _state, Signaled) != Sleeping)
        {
            return;
        }

        lock (_gate)
        {
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Returns when set since the last return.</summary>
    public void Wait()
    {
        if (Interlocked.Exchange(ref _state, Idle) == Signaled)
        {
            return;
        }

        lock (_gate)
        {
            Interlocked.CompareExchange(ref _state, Sleeping, Idle);
            while (Volatile.Read(ref _state) == Sleeping)
            {
                Monitor.Wait(_gate);
            }
        }

        // Exchanged, not written: what the caller reads next must not be older than the set that this takes.
        Interlocked.Exchange(ref _state, Idle);
    }
}
