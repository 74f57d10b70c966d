namespace Relay.Delivery.Destinations;

/// <summary>
/// The outbound connections in all. A destination that finds none left is remembered and told when one is given back,
/// in order; whoever holds connections gives them back sooner while somebody waits. Thread-safe.
/// </summary>
internal sealed class ConnectionBudget(int max)
{
    private readonly Lock _lock = new();
    private readonly Queue<Destination> _waiting = [];
    private int _used;
    private volatile bool _hasWaiters;

    public bool HasWaiters => _hasWaiters;

    public int Used => Volatile.Read(ref _used);

    /// <summary>
    /// Takes one, or puts the destination on the waiting list if it is not there (its own flag says so).
    /// </summary>
    public bool TryAcquire(Destination destination)
    {
        lock (_lock)
        {
            if (_used < max)
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
}
