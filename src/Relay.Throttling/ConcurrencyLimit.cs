using System.Diagnostics;

namespace Relay.Throttling;

/// <summary>At most so many at a time. Thread-safe and lock-free; whoever acquires releases exactly once.</summary>
public sealed class ConcurrencyLimit
{
    private readonly int _max;
    private int _count; // 0 .. _max, changed by compare-and-swap and decrement only

    /// <param name="max">At least 0; <see cref="int.MaxValue"/> is no limit and is not counted.</param>
    public ConcurrencyLimit(int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(max);
        _max = max;
    }

    /// <summary>Never refuses, and does not count either: it is shared by all who have no limit.</summary>
    public static ConcurrencyLimit Unlimited { get; } = new(int.MaxValue);

    public int Max => _max;

    /// <summary>How many are held now.</summary>
    public int Count => Volatile.Read(ref _count);

    public bool TryAcquire()
    {
        if (_max == int.MaxValue)
        {
            return true;
        }

        int seen = Volatile.Read(ref _count);
        while (seen < _max)
        {
            int found = Interlocked.CompareExchange(ref _count, seen + 1, seen);
            if (found == seen)
            {
                return true;
            }

            seen = found;
        }

        return false;
    }

    public void Release()
    {
        if (_max == int.MaxValue)
        {
            return;
        }

        int left = Interlocked.Decrement(ref _count);
        Debug.Assert(left >= 0, "Released more often than acquired.");
    }
}
