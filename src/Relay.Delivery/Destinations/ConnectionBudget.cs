namespace Relay.Delivery.Destinations;

/// <summary>
/// The outbound connections in all, and the fair share of one destination. A destination that finds none left is
/// remembered and told when one is given back, in order; whoever holds connections gives them back sooner while
/// somebody waits. Thread-safe.
/// </summary>
internal sealed class ConnectionBudget(int max)
{
    private readonly Lock _lock = new();
    private readonly Queue<Destination> _waiting = [];
    private int _used;
    private int _atWork;
    private volatile bool _hasWaiters;
    private volatile int _max = max;

    /// <summary>May change at any time; connections beyond a lower one end as they would.</summary>
    public int Max
    {
        get => _max;
        set
        {
            _max = value;
            Pump();
        }
    }

    public bool HasWaiters => _hasWaiters;

    public int Used => Volatile.Read(ref _used);

    /// <summary>
    /// What each destination that is at work may have, so that all find some: else many of them would open and close
    /// connections in turn. At least 1.
    /// </summary>
    public int Share => Math.Max(1, _max / Math.Max(1, Volatile.Read(ref _atWork)));

    /// <summary>
    /// One more is better not taken for little: half are in use, or the share is less than the window.
    /// </summary>
    public bool IsScarce(int window) => Used >= _max / 2 || Share < window;

    /// <summary>A destination began to send.</summary>
    public void BeginWork() => Interlocked.Increment(ref _atWork);

    /// <summary>A destination sends nothing any more.</summary>
    public void EndWork() => Interlocked.Decrement(ref _atWork);

    /// <summary>
    /// Takes one, or puts the destination on the waiting list if it is not there (its own flag says so).
    /// </summary>
    public bool TryAcquire(Destination destination)
    {
        lock (_lock)
        {
            if (_used < _max)
            {
                _used++;
                return true;
            }

            if (!destination.WaitsForBudget)
            {
                destination.WaitsForBudget = true;
                _waiting.Enqueue(destination);
                _hasWaiters = true;
            }

            return false;
        }
    }

    /// <summary>Gives one back. Never call under a destination's lock: the longest waiter is pumped.</summary>
    public void Release()
    {
        Destination? next;
        lock (_lock)
        {
            _used--;
            if (_waiting.TryDequeue(out next))
            {
                next.WaitsForBudget = false;
            }

            _hasWaiters = _waiting.Count > 0;
        }

        next?.Pump();
    }

    /// <summary>Lets those try that wait: there may be room now.</summary>
    private void Pump()
    {
        Destination[] waiting;
        lock (_lock)
        {
            waiting = [.. _waiting];
            _waiting.Clear();
            foreach (Destination each in waiting)
            {
                each.WaitsForBudget = false;
            }

            _hasWaiters = false;
        }

        foreach (Destination each in waiting)
        {
            each.Pump();
        }
    }
}
