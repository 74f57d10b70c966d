using Relay.Delivery.Rules;

namespace Relay.Delivery.Destinations;

/// <summary>
/// Lets so many pass in any span of each of its rates' periods, spread evenly but for a tenth that may come at once
/// (the generic cell rate algorithm). Guarded by its destination's lock.
/// </summary>
internal sealed class RateGate
{
    private readonly TimeProvider _time;
    private readonly Cell[] _cells;
    private Cell _pace;

    /// <param name="before">What passed the gate that this one replaces still counts; null for none.</param>
    public RateGate(TimeProvider time, IReadOnlyList<SendRate> rates, RateGate? before = null)
    {
        _time = time;
        _cells = [.. rates.Select(CellOf)];
        if (before is null)
        {
            return;
        }

        _pace = before._pace;
        long now = time.GetTimestamp();
        for (int i = 0; i < _cells.Length; i++)
        {
            foreach (Cell old in before._cells)
            {
                if (old.Period == _cells[i].Period)
                {
                    _cells[i].FullAt = Math.Min(old.FullAt, now + _cells[i].Capacity);
                }
            }
        }
    }

    /// <summary>Another rate, found by experience: so many per second without any burst; 0 for none.</summary>
    public void SetPace(double perSecond)
    {
        long interval = perSecond > 0 ? (long)(_time.TimestampFrequency / perSecond) : 0;
        _pace = interval > 0 ? _pace with { Interval = interval, Capacity = interval } : default;
    }

    /// <summary>Takes a place in every rate, or in none.</summary>
    /// <param name="wait">If refused: how long until there is one.</param>
    public bool TryTake(out TimeSpan wait)
    {
        long now = _time.GetTimestamp();
        if (!HasRoom(now, out wait))
        {
            return false;
        }

        Charge(now, 1);
        return true;
    }

    /// <summary>Whether there is a place, without taking it.</summary>
    public bool HasRoom(out TimeSpan wait) => HasRoom(_time.GetTimestamp(), out wait);

    /// <summary>Counts what passed without asking; what comes next waits for it.</summary>
    public void Charge(int count) => Charge(_time.GetTimestamp(), count);

    /// <summary>Gives a place back that was not used.</summary>
    public void Refund()
    {
        for (int i = 0; i < _cells.Length; i++)
        {
            _cells[i].FullAt -= _cells[i].Interval;
        }

        _pace.FullAt -= _pace.Interval;
    }

    private bool HasRoom(long now, out TimeSpan wait)
    {
        long excess = Excess(_pace, now);
        foreach (Cell cell in _cells)
        {
            excess = Math.Max(excess, Excess(cell, now));
        }

        // Rounded up, so that who waits so long is not too early.
        wait = excess > 0 ? _time.GetElapsedTime(0, excess) + TimeSpan.FromTicks(1) : TimeSpan.Zero;
        return excess <= 0;
    }

    private void Charge(long now, int count)
    {
        for (int i = 0; i < _cells.Length; i++)
        {
            _cells[i].FullAt = Math.Max(_cells[i].FullAt, now) + (_cells[i].Interval * count);
        }

        _pace.FullAt = Math.Max(_pace.FullAt, now) + (_pace.Interval * count);
    }

    private static long Excess(in Cell cell, long now) =>
        Math.Max(cell.FullAt, now) + cell.Interval - now - cell.Capacity;

    /// <summary>
    /// With a burst of b and an interval of period / (n - b + 1), at most n pass in any span of the period.
    /// </summary>
    private Cell CellOf(SendRate rate)
    {
        int burst = Math.Max(1, rate.Count / 10);
        double period = rate.Period.TotalSeconds * _time.TimestampFrequency;
        long interval = Math.Max(1, (long)Math.Ceiling(period / (rate.Count - burst + 1)));
        return new Cell { Period = rate.Period, Interval = interval, Capacity = interval * burst };
    }

    private struct Cell
    {
        public TimeSpan Period;
        public long Interval; // clock ticks for each that passes; 0 is no limit
        public long Capacity; // the burst in clock ticks
        public long FullAt; // when the burst is whole again
    }
}
