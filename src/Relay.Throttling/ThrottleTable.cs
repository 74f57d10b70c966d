using System.Runtime.InteropServices;

namespace Relay.Throttling;

/// <summary>
/// A <see cref="TokenBucket"/> for each key, such as connections per minute and address. Bounded: a full bucket is the
/// same as none, so keys whose bucket has filled up again are dropped, one shard per heartbeat, or when room is needed.
/// If there still is none, unknown keys pass or are refused as the option says. Thread-safe: a lock per shard around
/// one look-up. Allocates nothing once its tables have grown.
/// </summary>
public sealed class ThrottleTable<TKey> : IHeartbeatHandler
    where TKey : notnull, IEquatable<TKey>
{
    private readonly TimeProvider _time;
    private readonly long _interval;
    private readonly long _capacity;
    private readonly int _keysMaxPerShard;
    private readonly bool _passWhenFull;
    private readonly Shard[] _shards = new Shard[Shards.Count];
    private int _nextSweep;

    /// <param name="perSecond">Tokens per second and key.</param>
    /// <param name="burst">Tokens of a full bucket.</param>
    /// <param name="keysMax">Keys remembered at most (rounded up to a multiple of the shards).</param>
    /// <param name="passWhenFull">What happens to a new key while there is no room: true lets it pass.</param>
    public ThrottleTable(TimeProvider time, double perSecond, int burst, int keysMax, bool passWhenFull)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(keysMax, 1);
        _time = time;
        _interval = Math.Max(1, TokenBucket.Interval(time, perSecond));
        _capacity = _interval * burst;
        _keysMaxPerShard = (keysMax + Shards.Count - 1) / Shards.Count;
        _passWhenFull = passWhenFull;
        for (int i = 0; i < _shards.Length; i++)
        {
            _shards[i] = new Shard();
        }
    }

    /// <summary>Keys remembered now.</summary>
    public int KeyCount
    {
        get
        {
            int count = 0;
            foreach (Shard shard in _shards)
            {
                lock (shard.Gate)
                {
                    count += shard.FullAt.Count;
                }
            }

            return count;
        }
    }

    /// <summary>Takes a token of the key if there is one.</summary>
    /// <param name="retryAfter">If refused: how long until there is one.</param>
    public bool TryTake(TKey key, out TimeSpan retryAfter)
    {
        Shard shard = _shards[Shards.Of(key.GetHashCode())];
        retryAfter = TimeSpan.Zero;
        long now = _time.GetTimestamp();
        lock (shard.Gate)
        {
            ref long known = ref CollectionsMarshal.GetValueRefOrNullRef(shard.FullAt, key);
            if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref known))
            {
                return TryAdd(shard, key, now, out retryAfter);
            }

            long full = Math.Max(known, now) + _interval;
            long excess = full - now - _capacity;
            if (excess > 0)
            {
                retryAfter = TokenBucket.Duration(_time, excess);
                return false;
            }

            known = full;
            return true;
        }
    }

    /// <summary>Drops the idle keys of one shard.</summary>
    public void OnHeartbeat(long now)
    {
        Shard shard = _shards[(uint)Interlocked.Increment(ref _nextSweep) % Shards.Count];
        lock (shard.Gate)
        {
            Sweep(shard, _time.GetTimestamp());
        }
    }

    private bool TryAdd(Shard shard, TKey key, long now, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        if (shard.FullAt.Count >= _keysMaxPerShard)
        {
            // Sweeping costs as much as the shard is long: not again before a bucket can have filled up.
            if (now >= shard.NextSweepAt)
            {
                Sweep(shard, now);
                shard.NextSweepAt = now + _interval;
            }

            if (shard.FullAt.Count >= _keysMaxPerShard)
            {
                retryAfter = _passWhenFull ? TimeSpan.Zero : TokenBucket.Duration(_time, _interval);
                return _passWhenFull;
            }
        }

        shard.FullAt.Add(key, now + _interval);
        return true;
    }

    private static void Sweep(Shard shard, long now)
    {
        foreach (KeyValuePair<TKey, long> entry in shard.FullAt)
        {
            if (entry.Value <= now)
            {
                shard.FullAt.Remove(entry.Key); // removing while enumerating is allowed
            }
        }
    }

    private sealed class Shard
    {
        public Lock Gate { get; } = new();

        /// <summary>When each key's bucket will be full again, in clock ticks.</summary>
        public Dictionary<TKey, long> FullAt { get; } = [];

        public long NextSweepAt { get; set; } = long.MinValue;
    }
}
