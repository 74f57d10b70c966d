namespace Relay.Host.Monitoring;

/// <summary>A histogram's buckets: counted by any thread without a lock or garbage, read by a scrape.</summary>
internal sealed class HistogramCounts(IReadOnlyList<double> bounds)
{
    private readonly double[] _bounds = [.. bounds];
    private readonly long[] _counts = new long[bounds.Count + 1];
    private long _sumBits;

    public IReadOnlyList<double> Bounds => _bounds;

    public double Sum => BitConverter.Int64BitsToDouble(Volatile.Read(ref _sumBits));

    public void Record(double value)
    {
        int bucket = 0;
        while (bucket < _bounds.Length && value > _bounds[bucket])
        {
            bucket++;
        }

        Interlocked.Increment(ref _counts[bucket]);
        long seen = Volatile.Read(ref _sumBits);
        while (true)
        {
            long next = BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(seen) + value);
            long was = Interlocked.CompareExchange(ref _sumBits, next, seen);
            if (was == seen)
            {
                return;
            }

            seen = was;
        }
    }

    /// <summary>The count of the bucket; the last is beyond all bounds.</summary>
    public long Count(int bucket) => Volatile.Read(ref _counts[bucket]);
}
