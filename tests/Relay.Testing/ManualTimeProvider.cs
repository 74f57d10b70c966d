namespace Relay.Testing;

/// <summary>
/// A clock that stands still until told otherwise. Timers made from it fire inside <see cref="Advance"/>, on the
/// caller's thread, in order of time. Thread-safe.
/// </summary>
public sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = start;

    public ManualTimeProvider()
        : this(new DateTimeOffset(2026, 11, 20, 21, 48, 2, 123, TimeSpan.Zero))
    {
    }

    /// <summary>
    /// Timers with a period fire once in an advance, the last time that they would: days go by quickly.
    /// </summary>
    public bool MergesBeats { get; init; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Whether a timer is set that falls due after exactly that time: somebody waits for it.</summary>
    public bool HasTimerIn(TimeSpan time)
    {
        lock (_gate)
        {
            return _timers.Exists(t => t.Due == _now + time);
        }
    }

    /// <summary>
    /// Advances to a time and no further: what begins then, on another thread, is not overtaken by its own time-outs.
    /// </summary>
    public void AdvanceTo(DateTimeOffset time) => Advance(time - GetUtcNow());

    /// <summary>Moves the clock and runs every timer that falls due, each at its own time.</summary>
    public void Advance(TimeSpan by)
    {
        DateTimeOffset target = GetUtcNow() + by;
        if (MergesBeats)
        {
            SkipTo(target);
        }

        while (true)
        {
            ManualTimer? due;
            lock (_gate)
            {
                due = _timers.Where(t => t.Due <= target).MinBy(t => t.Due);
                if (due is null)
                {
                    _now = target;
                    return;
                }

                _now = due.Due > _now ? due.Due : _now;
                due.Rearm();
            }

            due.Fire();
        }
    }

    private void SkipTo(DateTimeOffset target)
    {
        lock (_gate)
        {
            foreach (ManualTimer timer in _timers)
            {
                timer.SkipTo(target);
            }
        }
    }

    private sealed class ManualTimer(ManualTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._gate)
            {
                owner._timers.Remove(this);
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = owner._now + dueTime;
                    owner._timers.Add(this);
                }

                return true;
            }
        }

        public void Rearm()
        {
            if (_period == Timeout.InfiniteTimeSpan || _period == TimeSpan.Zero)
            {
                owner._timers.Remove(this);
            }
            else
            {
                Due += _period;
            }
        }

        public void SkipTo(DateTimeOffset target)
        {
            if (_period > TimeSpan.Zero && Due < target)
            {
                Due += _period * Math.Floor((target - Due) / _period);
            }
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (owner._gate)
            {
                owner._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
