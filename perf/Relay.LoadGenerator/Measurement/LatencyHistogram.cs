using System.Numerics;

namespace Relay.LoadGenerator.Measurement;

/// <summary>
/// Counts of durations in log-linear buckets: every power of two is divided into <see cref="SubBuckets"/> / 2 equal
/// parts, so a percentile is off by less than 1/128 (0.8 %) of itself at any magnitude. Durations are nanoseconds.
/// Single writer; <see cref="Add"/> merges.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 8;
    private const int SubBuckets = 1 << SubBucketBits;
    private const int Half = SubBuckets / 2;
    private const int MagnitudeMax = 44; // 2^44 ns = 4.9 h; longer ones are counted there

    private readonly long[] _counts = new long[((MagnitudeMax - SubBucketBits + 1) * Half) + SubBuckets];
    private UInt128 _sum;

    internal long Count { get; private set; }

    internal long Max { get; private set; }

    internal long Min { get; private set; } = long.MaxValue;

    internal double Mean => Count == 0 ? 0 : (double)_sum / Count;

    internal void Record(long nanoseconds)
    {
        nanoseconds = Math.Max(nanoseconds, 0);
        _counts[Index(nanoseconds)]++;
        _sum += (ulong)nanoseconds;
        Count++;
        Max = Math.Max(Max, nanoseconds);
        Min = Math.Min(Min, nanoseconds);
    }

    internal void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        _sum += other._sum;
        Count += other.Count;
        Max = Math.Max(Max, other.Max);
        Min = Math.Min(Min, other.Min);
    }

    /// <summary>
    /// The smallest bucket's upper bound such that at least <paramref name="percent"/> of the values are not above it
    /// (nearest rank); never above <see cref="Max"/>; 0 when empty.
    /// </summary>
    internal long Percentile(double percent)
    {
        long rank = Math.Clamp((long)Math.Ceiling(percent / 100 * Count), 1, Math.Max(Count, 1));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                return Math.Min(UpperBound(i), Max);
            }
        }

        return 0;
    }

    private static int Index(long value)
    {
        int magnitude = 63 - BitOperations.LeadingZeroCount((ulong)value | (SubBuckets - 1));
        if (magnitude > MagnitudeMax)
        {
            magnitude = MagnitudeMax;
            value = (1L << (MagnitudeMax + 1)) - 1;
        }

        int shift = magnitude - SubBucketBits + 1;
        return (shift * Half) + (int)(value >> shift);
    }

    private static long UpperBound(int index)
    {
        int shift = Math.Max((index / Half) - 1, 0);
        long sub = index - ((long)shift * Half);
        return ((sub + 1) << shift) - 1;
    }
}
