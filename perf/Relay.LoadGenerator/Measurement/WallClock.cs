namespace Relay.LoadGenerator.Measurement;

/// <summary>
/// Microseconds since 1970 from timestamps of the monotonic clock, which cost less and are finer. The two clocks are
/// compared once, several times over, because the first reading of either may take milliseconds. Immutable.
/// </summary>
internal sealed class WallClock
{
    private const int Comparisons = 8;
    private readonly double _microsecondsPerTick;
    private readonly long _originTimestamp;
    private readonly long _originMicroseconds;

    internal WallClock(TimeProvider time)
    {
        _microsecondsPerTick = 1e6 / time.TimestampFrequency;
        long best = long.MaxValue;
        for (int i = 0; i < Comparisons; i++)
        {
            long before = time.GetTimestamp();
            DateTimeOffset now = time.GetUtcNow();
            long after = time.GetTimestamp();
            if (after - before < best)
            {
                best = after - before;
                _originTimestamp = before + (best / 2);
                _originMicroseconds = (now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            }
        }
    }

    internal long Microseconds(long timestamp) =>
        _originMicroseconds + (long)((timestamp - _originTimestamp) * _microsecondsPerTick);
}
