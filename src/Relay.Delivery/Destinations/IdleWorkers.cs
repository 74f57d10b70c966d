namespace Relay.Delivery.Destinations;

/// <summary>
/// The parked workers of a destination, last in first out, so that what load does not need grows old and ends. A list
/// through the workers themselves; guarded by the destination's lock.
/// </summary>
internal struct IdleWorkers
{
    private DeliveryWorker? _first;

    public readonly bool IsEmpty => _first is null;

    public readonly int Count
    {
        get
        {
            int count = 0;
            for (DeliveryWorker? worker = _first; worker is not null; worker = worker.NextIdle)
            {
                count++;
            }

            return count;
        }
    }

    public void Push(DeliveryWorker worker)
    {
        worker.NextIdle = _first;
        _first = worker;
    }

    public DeliveryWorker? TryPop()
    {
        DeliveryWorker? worker = _first;
        if (worker is not null)
        {
            _first = worker.NextIdle;
            worker.NextIdle = null;
        }

        return worker;
    }

    /// <summary>Takes out the workers whose connection was idle too long or is dead, or all.</summary>
    public IdleWorkers TakeStale(long now, bool all)
    {
        var stale = default(IdleWorkers);
        var kept = default(IdleWorkers);
        while (TryPop() is { } worker)
        {
            if (all || worker.IsStale(now))
            {
                stale.Push(worker);
            }
            else
            {
                kept.Push(worker);
            }
        }

        while (kept.TryPop() is { } worker)
        {
            Push(worker);
        }

        return stale;
    }

    /// <summary>Sends all home; call it without the lock, on a list that was taken out.</summary>
    public void EndAll()
    {
        while (TryPop() is { } worker)
        {
            worker.Give(default);
        }
    }
}
