namespace Relay.Throttling;

/// <summary>
/// A rate with a burst: the generic cell rate algorithm in one word. Thread-safe and lock-free; allocates nothing.
/// </summary>
public sealed class TokenBucket
{
    private readonly TimeProvider _time;
    private readonly long _interval; // clock ticks per token; 0 is unlimited
    private readonly long _capacity; // the whole burst in clock ticks

    // When the bucket will be full again, in clock ticks. Invariant: at most now + _capacity, so that never more than
    // the burst and what time brings is given away. Moves forward only, by compare-and-swap.
    private long _fullAt;

    /// <param name="perSecond">Tokens per second, above 0.</param>
    /// <param name="burst">Tokens of a full bucket, at least 1; it begins full.</param>
    public TokenBucket(TimeProvider time, double perSecond, int burst)
        : this(time, Interval(time, perSecond), burst)
    {
    }

    private TokenBucket(TimeProvider time, long interval, int burst)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        _time = time;
        _interval = interval;
        _capacity = interval * burst;
        _fullAt = long.MinValue;
    }

    /// <summary>Gives every token at once.</summary>
    public static TokenBucket Unlimited { get; } = new(TimeProvider.System, 0L, 1);

    /// <summary>Takes a token if there is one.</summary>
    /// <param name="retryAfter">If refused: how long until there is one, if nobody else takes it.</param>
    public bool TryTake(out TimeSpan retryAfter) => TryTake(1, out retryAfter);

    /// <summary>Takes all of <paramref name="count"/> tokens or none; more than the burst is never given.</summary>
    public bool TryTake(int count, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        if (_interval == 0)
        {
            return true;
        }

        while (true)
        {
            long seen = Volatile.Read(ref _fullAt);
            long now = _time.GetTimestamp();
            long full = Math.Max(seen, now) + (_interval * count);
            long excess = full - now - _capacity;
            if (excess > 0)
            {
                retryAfter = Duration(_time, excess);
                return false;
            }

            if (Interlocked.CompareExchange(ref _fullAt, full, seen) == seen)
            {
                return true;
            }
        }
    }

    /// <summary>Clock ticks as a duration, rounded up: who waits so long is not too early.</summary>
    internal static TimeSpan Duration(TimeProvider time, long ticks)
    {
        TimeSpan rounded = time.GetElapsedTime(0, ticks);
        return time.TimestampFrequency > TimeSpan.TicksPerSecond ? rounded + TimeSpan.FromTicks(1) : rounded;
    }

    internal static long Interval(TimeProvider time, double perSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        return (long)(time.TimestampFrequency / perSecond);
    }
}
