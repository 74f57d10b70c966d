using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Relay.Throttling;

/// <summary>
/// At most so many at a time for each key, such as connections per address. Keeps keys only while they are held, so it
/// is bounded by what is held in all. Thread-safe: a lock per shard around one look-up, no calls out of it but to the
/// key's equality. Allocates nothing once its tables have grown.
/// </summary>
public sealed class KeyedConcurrency<TKey>
    where TKey : notnull, IEquatable<TKey>
{
    private readonly Shard[] _shards;

    public KeyedConcurrency()
    {
        _shards = new Shard[Shards.Count];
        for (int i = 0; i < _shards.Length; i++)
        {
            _shards[i] = new Shard();
        }
    }

    /// <summary>Keys held now.</summary>
    public int KeyCount
    {
        get
        {
            int count = 0;
            foreach (Shard shard in _shards)
            {
                lock (shard.Gate)
                {
                    count += shard.Counts.Count;
                }
            }

            return count;
        }
    }

    /// <summary>Acquires one for the key; whoever acquires releases exactly once, with an equal key.</summary>
    /// <param name="max">The key's limit; may differ from call to call.</param>
    public bool TryAcquire(TKey key, int max) => TryAcquire(key, max, out _);

    /// <inheritdoc cref="TryAcquire(TKey, int)"/>
    /// <param name="held">How many the key holds now.</param>
    public bool TryAcquire(TKey key, int max, out int held)
    {
        Shard shard = ShardOf(key);
        lock (shard.Gate)
        {
            ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(shard.Counts, key, out bool exists);
            held = count;
            if (count < max)
            {
                held = ++count;
                return true;
            }

            if (!exists)
            {
                shard.Counts.Remove(key);
            }

            return false;
        }
    }

    public void Release(TKey key)
    {
        Shard shard = ShardOf(key);
        lock (shard.Gate)
        {
            ref int count = ref CollectionsMarshal.GetValueRefOrNullRef(shard.Counts, key);
            bool held = !System.Runtime.CompilerServices.Unsafe.IsNullRef(ref count);
            Debug.Assert(held, "Released more often than acquired.");
            if (held && --count == 0)
            {
                shard.Counts.Remove(key);
            }
        }
    }

    /// <summary>How many the key holds now.</summary>
    public int CountOf(TKey key)
    {
        Shard shard = ShardOf(key);
        lock (shard.Gate)
        {
            return shard.Counts.GetValueOrDefault(key);
        }
    }

    private Shard ShardOf(TKey key) => _shards[Shards.Of(key.GetHashCode())];

    private sealed class Shard
    {
        public Lock Gate { get; } = new();

        public Dictionary<TKey, int> Counts { get; } = [];
    }
}
