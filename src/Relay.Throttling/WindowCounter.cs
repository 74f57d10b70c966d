namespace Relay.Throttling;

/// <summary>
/// Exactly so many per second of the wall clock: the count begins again with each new second. Thread-safe and
/// lock-free; allocates nothing.
/// </summary>
public sealed class WindowCounter
{
    private const int CountBits = 24;
    private const long CountMask = (1L << CountBits) - 1;

    private readonly TimeProvider _time;
    private readonly int _limit;

    // The second (upper 40 bits) and what was taken in it (lower 24). Changed by compare-and-swap only, and always read
    // before the clock: a thread that was late cannot bring an old second back over a newer one.
    private long _word;

    /// <param name="limit">Per second, 1 to 16,777,215; 0 is unlimited.</param>
    public WindowCounter(TimeProvider time, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, (int)CountMask);
        _time = time;
        _limit = limit;
    }

    public int Limit => _limit;

    /// <summary>
    /// Whether this second has any left, without taking it: for a single taker that must wait before it knows when it
    /// will take.
    /// </summary>
    /// <param name="retryAfter">If not: how long until the next second begins.</param>
    public bool HasRoom(out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        if (_limit == 0)
        {
            return true;
        }

        long seen = Volatile.Read(ref _word);
        long now = _time.GetUtcNow().UtcTicks;
        long second = now / TimeSpan.TicksPerSecond;
        if (seen >> CountBits != second || (seen & CountMask) < _limit)
        {
            return true;
        }

        retryAfter = TimeSpan.FromTicks(((second + 1) * TimeSpan.TicksPerSecond) - now);
        return false;
    }

    /// <summary>Takes one of this second's if any is left.</summary>
    /// <param name="retryAfter">If refused: how long until the next second begins.</param>
    public bool TryTake(out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        if (_limit == 0)
        {
            return true;
        }

        while (true)
        {
            long seen = Volatile.Read(ref _word);
            long now = _time.GetUtcNow().UtcTicks;
            long second = now / TimeSpan.TicksPerSecond;

            // A clock set back counts as a new second too; else nothing would pass until it has caught up.
            long count = seen >> CountBits == second ? seen & CountMask : 0;
            if (count >= _limit)
            {
                retryAfter = TimeSpan.FromTicks(((second + 1) * TimeSpan.TicksPerSecond) - now);
                return false;
            }

            if (Interlocked.CompareExchange(ref _word, (second << CountBits) | (count + 1), seen) == seen)
            {
                return true;
            }
        }
    }
}
