namespace Relay.LoadGenerator.Source;

/// <summary>
/// Deals out the messages of a run. Closed loop: a session that is free takes the next. Open loop: messages fall due
/// on a schedule of their own, and one that finds no free session waits with its due time on it, so that latency
/// measured from there contains the wait (no coordinated omission). Thread-safe.
/// </summary>
internal sealed class TicketOffice
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly SourceOptions _options;
    private readonly double _ticksPerMessage;
    private long _taken;
    private double _poissonOffset; // of the next arrival, ticks since the start
    private long _start;
    private long _end = long.MaxValue;

    internal TicketOffice(SourceOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _ticksPerMessage = options.Rate > 0 ? time.TimestampFrequency / options.Rate : 0;
    }

    internal long Taken => Volatile.Read(ref _taken);

    internal bool IsOpenLoop => _ticksPerMessage > 0;

    /// <summary>Starts the clock (once; later calls do nothing).</summary>
    internal void Open()
    {
        lock (_lock)
        {
            if (_start != 0)
            {
                return;
            }

            _start = _time.GetTimestamp();
            if (_options.Duration > TimeSpan.Zero)
            {
                _end = _start + (long)(_options.Duration.TotalSeconds * _time.TimestampFrequency);
            }
        }
    }

    /// <summary>No further ticket is given out.</summary>
    internal void Close()
    {
        lock (_lock)
        {
            _end = long.MinValue;
        }
    }

    /// <summary>The time of the run is up: nothing is to be started any more, new or again.</summary>
    internal bool IsOver(long now)
    {
        lock (_lock)
        {
            return now >= _end;
        }
    }

    /// <param name="now">The present timestamp.</param>
    /// <param name="ticket">The message to send, if the result is true.</param>
    /// <param name="due">When to ask again (timestamp); <see cref="long.MaxValue"/> when all are given out.</param>
    internal bool TryTake(long now, out Ticket ticket, out long due)
    {
        lock (_lock)
        {
            due = IsOpenLoop ? _start + (long)Offset() : now;
            if (due >= _end || (_options.Messages > 0 && _taken >= _options.Messages) || _taken > uint.MaxValue)
            {
                ticket = default;
                due = long.MaxValue;
                return false;
            }

            if (due > now)
            {
                ticket = default;
                return false;
            }

            ticket = new Ticket((uint)_taken, due);
            _taken++;
            _poissonOffset -= Math.Log(1 - SplitMix.Fraction(_options.Seed, (ulong)_taken)) * _ticksPerMessage;
            return true;
        }
    }

    private double Offset() => _options.PoissonArrivals ? _poissonOffset : _taken * _ticksPerMessage;
}
