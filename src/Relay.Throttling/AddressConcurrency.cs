using System.Diagnostics;
using System.Numerics;

namespace Relay.Throttling;

/// <summary>
/// At most so many at a time for each address, such as open connections. Exact, and its memory is taken once. An
/// address that has a place is counted by compare-and-swap on one word; only giving an address a place takes a lock,
/// that of one sixteenth of the table. Thread-safe; allocates nothing but where nine addresses that hold something meet
/// in one set of eight places.
/// </summary>
/// <remarks>
/// A word is the tag of the address (44 bits of a hash with a secret in it; the set says more of them) and its count.
/// An address keeps its place when its count falls to 0, until another one needs it.
/// </remarks>
public sealed class AddressConcurrency
{
    private const int Ways = 8; // a cache line
    private const int CountBits = 20;
    private const ulong CountMask = (1UL << CountBits) - 1;
    private const int ShardCount = 16;

    private readonly AddressHash _hash = AddressHash.NewSecret();
    private readonly ulong[] _words;
    private readonly int _setMask;
    private readonly Shard[] _shards = new Shard[ShardCount];

    /// <param name="keysMax">Addresses with a place; rounded up to a power of two, at least 128. 8 octets each.</param>
    public AddressConcurrency(int keysMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keysMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keysMax, 1 << 24);
        _words = new ulong[BitOperations.RoundUpToPowerOf2((uint)Math.Max(keysMax, Ways * ShardCount))];
        _setMask = (_words.Length / Ways) - 1;
        for (int i = 0; i < _shards.Length; i++)
        {
            _shards[i] = new Shard();
        }
    }

    /// <summary>Addresses that hold something now.</summary>
    public int KeyCount
    {
        get
        {
            int count = 0;
            foreach (ulong word in _words)
            {
                count += (word & CountMask) > 0 ? 1 : 0;
            }

            foreach (Shard shard in _shards)
            {
                lock (shard.Gate)
                {
                    count += shard.WithoutPlace.Count;
                }
            }

            return count;
        }
    }

    /// <summary>Acquires one for the address; whoever acquires releases exactly once, with an equal key.</summary>
    /// <param name="max">The address's limit, at most 2^20 - 1; may differ from call to call.</param>
    public bool TryAcquire(AddressKey key, int max) => TryAcquire(key, max, out _);

    /// <inheritdoc cref="TryAcquire(AddressKey, int)"/>
    /// <param name="held">How many the address holds now.</param>
    public bool TryAcquire(AddressKey key, int max, out int held)
    {
        ulong hash = _hash.Of(key);
        ulong limit = (ulong)Math.Clamp(max, 0, (int)CountMask);
        Outcome outcome = Add(SetOf(hash), hash, limit, out held);
        return outcome == Outcome.None ? AddWithPlace(hash, limit, out held) : outcome == Outcome.Done;
    }

    public void Release(AddressKey key)
    {
        ulong hash = _hash.Of(key);
        if (Remove(SetOf(hash), hash))
        {
            return;
        }

        Shard shard = ShardOf(hash);
        lock (shard.Gate)
        {
            bool found = shard.WithoutPlace.TryGetValue(hash, out int held);
            Debug.Assert(found, "Released more often than acquired.");
            if (held > 1)
            {
                shard.WithoutPlace[hash] = held - 1;
            }
            else
            {
                shard.WithoutPlace.Remove(hash);
            }
        }
    }

    /// <summary>How many the address holds now.</summary>
    public int CountOf(AddressKey key)
    {
        ulong hash = _hash.Of(key);
        foreach (ref ulong word in SetOf(hash))
        {
            ulong seen = Volatile.Read(ref word);
            if (IsOf(seen, hash) && seen != 0)
            {
                return (int)(seen & CountMask);
            }
        }

        Shard shard = ShardOf(hash);
        lock (shard.Gate)
        {
            return shard.WithoutPlace.GetValueOrDefault(hash);
        }
    }

    private static Outcome Add(Span<ulong> set, ulong hash, ulong limit, out int held)
    {
        foreach (ref ulong word in set)
        {
            ulong seen = Volatile.Read(ref word);
            while (IsOf(seen, hash))
            {
                ulong count = seen & CountMask;
                held = (int)count;
                if (count >= limit)
                {
                    return Outcome.Refused;
                }

                ulong now = Interlocked.CompareExchange(ref word, seen + 1, seen);
                if (now == seen)
                {
                    held++;
                    return Outcome.Done;
                }

                seen = now;
            }
        }

        held = 0;
        return Outcome.None;
    }

    private static bool Remove(Span<ulong> set, ulong hash)
    {
        foreach (ref ulong word in set)
        {
            ulong seen = Volatile.Read(ref word);
            while (IsOf(seen, hash) && (seen & CountMask) > 0)
            {
                ulong now = Interlocked.CompareExchange(ref word, seen - 1, seen);
                if (now == seen)
                {
                    return true;
                }

                seen = now;
            }
        }

        return false;
    }

    // The address had no place when its set was looked through.
    private bool AddWithPlace(ulong hash, ulong limit, out int held)
    {
        Span<ulong> set = SetOf(hash);
        Shard shard = ShardOf(hash);
        lock (shard.Gate)
        {
            // Addresses get places under this lock only: what is not there now stays away.
            Outcome outcome = Add(set, hash, limit, out held);
            if (outcome != Outcome.None)
            {
                return outcome == Outcome.Done;
            }

            held = shard.WithoutPlace.GetValueOrDefault(hash);
            if ((ulong)held >= limit)
            {
                return false;
            }

            held++;
            if (held > 1 || !TryPlace(set, hash))
            {
                shard.WithoutPlace[hash] = held;
            }

            return true;
        }
    }

    private static bool TryPlace(Span<ulong> set, ulong hash)
    {
        foreach (ref ulong word in set)
        {
            ulong seen = Volatile.Read(ref word);
            if ((seen & CountMask) == 0
                && Interlocked.CompareExchange(ref word, (hash & ~CountMask) | 1, seen) == seen)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOf(ulong word, ulong hash) => ((word ^ hash) & ~CountMask) == 0;

    private Span<ulong> SetOf(ulong hash) => _words.AsSpan(((int)hash & _setMask) * Ways, Ways);

    private Shard ShardOf(ulong hash) => _shards[(int)hash & (ShardCount - 1)];

    private enum Outcome
    {
        None,
        Done,
        Refused,
    }

    private sealed class Shard
    {
        public Lock Gate { get; } = new();

        /// <summary>Counts of addresses whose set had no place left, by hash.</summary>
        public Dictionary<ulong, int> WithoutPlace { get; } = [];
    }
}
