namespace Relay.Queue;

/// <summary>
/// Gives out queue ids that only grow, also when the clock goes back. Thread-safe, lock-free: one word, one CAS loop.
/// </summary>
internal sealed class QueueIdSource(TimeProvider time, ulong lowest)
{
    private ulong _last = lowest == 0 ? 0 : lowest - 1;

    /// <summary>The highest id given out so far.</summary>
    public ulong Last => Volatile.Read(ref _last);

    public QueueId Next()
    {
        ulong now = QueueId.FromTime(time.GetUtcNow()).Value;
        while (true)
        {
            ulong last = Volatile.Read(ref _last);
            ulong next = Math.Max(last + 1, now);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                return new QueueId(next);
            }
        }
    }
}
