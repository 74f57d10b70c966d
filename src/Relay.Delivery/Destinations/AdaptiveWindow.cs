namespace Relay.Delivery.Destinations;

/// <summary>
/// How much a destination takes, found by experience: additive increase, multiplicative decrease. When it asks for
/// less, connections and rate are halved, at most once a second; for ten seconds of peace a connection and a tenth of
/// the rate come back. Guarded by its destination's lock; times are the heartbeat's milliseconds.
/// </summary>
internal struct AdaptiveWindow(int connections)
{
    /// <summary>Between two steps of growth, and after the last decrease.</summary>
    public const long GrowthMilliseconds = 10_000;

    /// <summary>All replies to what was under way at once are one sign.</summary>
    private const long SlowDownMilliseconds = 1000;

    /// <summary>
    /// One message in ten seconds: less than that is a matter for a suspension, and a destination that gets no more is
    /// not slowed down.
    /// </summary>
    private const double PaceMin = 0.1;

    private double _fullPace;
    private long _changed;
    private bool _wasSlowed;

    /// <summary>Connections that may be up at the same time; at least 1.</summary>
    public int Connections { get; private set; } = connections;

    /// <summary>Messages per second; 0 is without limit.</summary>
    public double Pace { get; private set; }

    /// <param name="now">Heartbeat milliseconds.</param>
    /// <param name="active">Connections that are up.</param>
    /// <param name="rate">Messages per second of late.</param>
    public void SlowDown(long now, int active, double rate)
    {
        if (_wasSlowed && now - _changed < SlowDownMilliseconds)
        {
            return;
        }

        _wasSlowed = true;
        _changed = now;
        Connections = Math.Max(1, Math.Min(Connections, Math.Max(active, 1)) / 2);
        double pace = Pace > 0 ? Pace : rate;
        if (pace > PaceMin)
        {
            _fullPace = Math.Max(_fullPace, pace);
            Pace = Math.Max(PaceMin, pace / 2);
        }
    }

    /// <summary>No more connections than these were to be had.</summary>
    public void ShrinkTo(long now, int connections)
    {
        _changed = now;
        Connections = Math.Max(1, Math.Min(Connections, connections));
    }

    /// <summary>Somebody knows better: all that the limit allows.</summary>
    public void Reset(int limit)
    {
        Connections = limit;
        Pace = _fullPace = 0;
    }

    /// <summary>The limit changed: less counts at once, more where nothing speaks against it.</summary>
    public void SetLimit(int before, int limit) =>
        Connections = Connections >= before ? limit : Math.Min(Connections, limit);

    /// <summary>Grows in time; true if something changed.</summary>
    public bool Grow(long now, int limit)
    {
        if ((Connections >= limit && Pace <= 0) || now - _changed < GrowthMilliseconds)
        {
            return false;
        }

        _changed = now;
        _wasSlowed = false;
        Connections = Math.Min(limit, Connections + 1);
        Pace += _fullPace / 10;
        if (Pace >= _fullPace)
        {
            Pace = _fullPace = 0;
        }

        return true;
    }
}
