using System.Numerics;

namespace Relay.Throttling;

/// <summary>
/// How often each key came within the last minute, such as connections of an address: counted in six parts of ten
/// seconds, as Sendmail counts <c>client_rate</c>, so that the window is 50 to 60 seconds long. The memory is taken
/// once and never grows: a new key takes the place of one that has been idle for a minute, or else of the least active
/// one of the few places that it may have, so that many addresses cannot push out a busy one. Thread-safe and
/// lock-free; allocates nothing.
/// </summary>
/// <remarks>
/// A key is known by 64 bits of a hash with a secret in it. Each part of a count is one word (a tag of the key, the ten
/// seconds that it is about, the count), changed by compare-and-swap only: who is late with a key that has lost its
/// place meanwhile cannot spoil the count of its successor.
/// </remarks>
public sealed class WindowTable
{
    private const int Ways = 8;
    private const int Parts = 6;
    private const int SlotWords = 8; // a cache line; six are used
    private const int CountBits = 24;
    private const int EpochBits = 24;
    private const ulong CountMask = (1UL << CountBits) - 1;
    private const ulong EpochMask = (1UL << EpochBits) - 1;
    private const int TagShift = CountBits + EpochBits;

    private const int EpochMilliseconds = 10_000;

    private readonly Heartbeat _heartbeat;
    private readonly AddressHash _hash = AddressHash.NewSecret();
    private readonly int _setMask;
    private readonly ulong[] _keys; // by set and way; 0 is free
    private readonly ulong[] _parts; // by set, way and part

    /// <param name="heartbeat">Its clock is exact enough for tens of seconds and costs nothing to read.</param>
    /// <param name="keysMax">Keys remembered at most; rounded up to a power of two, at least 8. 72 octets each.</param>
    public WindowTable(Heartbeat heartbeat, int keysMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keysMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keysMax, 1 << 24);
        _heartbeat = heartbeat;
        int keys = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(keysMax, Ways));
        _setMask = (keys / Ways) - 1;
        _keys = new ulong[keys];
        _parts = new ulong[keys * SlotWords];
    }

    /// <summary>Keys that it can remember.</summary>
    public int Capacity => _keys.Length;

    /// <summary>Counts the key once more.</summary>
    /// <returns>
    /// How often it came within the window, this time included, and none that others count at the same moment: of so
    /// many threads each gets a number of its own, so that a limit lets exactly so many pass.
    /// </returns>
    public int Add(AddressKey key)
    {
        ulong hash = _hash.Of(key);
        ulong epoch = Epoch();
        while (true)
        {
            int slot = Find(hash, epoch);
            if (slot < 0)
            {
                slot = Claim(hash, epoch);
            }

            if (slot >= 0 && TryCount(slot, hash, epoch, out ulong own))
            {
                return Total(own + Sum(slot, hash, epoch, except: (int)(epoch % Parts)));
            }
        }
    }

    /// <summary>How often the key came within the window.</summary>
    public int CountOf(AddressKey key)
    {
        ulong hash = _hash.Of(key);
        ulong epoch = Epoch();
        int slot = Find(hash, epoch);
        return slot < 0 ? 0 : Total(Sum(slot, hash, epoch));
    }

    private int Find(ulong hash, ulong epoch)
    {
        int first = First(hash);
        for (int slot = first; slot < first + Ways; slot++)
        {
            if (Volatile.Read(ref _keys[slot]) == hash)
            {
                return slot;
            }
        }

        return -1;
    }

    /// <summary>Gives the key a place: a free one, an idle one's, or the least active one's.</summary>
    /// <returns>Negative if others were faster: look again.</returns>
    private int Claim(ulong hash, ulong epoch)
    {
        int first = First(hash);
        int best = first;
        ulong bestKey = 0;
        int least = int.MaxValue;
        for (int slot = first; slot < first + Ways && least > 0; slot++)
        {
            ulong key = Volatile.Read(ref _keys[slot]);
            int count = key == 0 ? 0 : Total(Sum(slot, key, epoch));
            if (count < least)
            {
                (best, bestKey, least) = (slot, key, count);
            }
        }

        if (Interlocked.CompareExchange(ref _keys[best], hash, bestKey) != bestKey)
        {
            return -1;
        }

        // Another thread may have given the same key an earlier place meanwhile; that one counts.
        for (int slot = first; slot < best; slot++)
        {
            if (Volatile.Read(ref _keys[slot]) == hash)
            {
                Interlocked.CompareExchange(ref _keys[best], 0, hash);
                return -1;
            }
        }

        return best;
    }

    /// <param name="own">The part's count with this time in it.</param>
    /// <returns>False if the key has lost its place.</returns>
    private bool TryCount(int slot, ulong hash, ulong epoch, out ulong own)
    {
        own = 0;
        ref ulong part = ref _parts[(slot * SlotWords) + (int)(epoch % Parts)];
        ulong stamp = Stamp(hash, epoch);
        while (true)
        {
            ulong seen = Volatile.Read(ref part);
            if (Volatile.Read(ref _keys[slot]) != hash)
            {
                return false;
            }

            ulong count = seen >> CountBits == stamp ? seen & CountMask : 0;
            own = Math.Min(count + 1, CountMask);
            ulong next = (stamp << CountBits) | own;
            if (Interlocked.CompareExchange(ref part, next, seen) == seen)
            {
                return true;
            }
        }
    }

    private ulong Sum(int slot, ulong hash, ulong epoch, int except = -1)
    {
        ReadOnlySpan<ulong> parts = _parts.AsSpan(slot * SlotWords, Parts);
        ulong tag = hash >> TagShift;
        ulong sum = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            ulong part = Volatile.Read(in parts[i]);
            ulong age = (epoch - (part >> CountBits)) & EpochMask;
            sum += i != except && part >> TagShift == tag && age < Parts ? part & CountMask : 0;
        }

        return sum;
    }

    private static int Total(ulong sum) => (int)Math.Min(sum, int.MaxValue);

    private static ulong Stamp(ulong hash, ulong epoch) => ((hash >> TagShift) << EpochBits) | (epoch & EpochMask);

    private int First(ulong hash) => ((int)hash & _setMask) * Ways;

    private ulong Epoch() => (ulong)_heartbeat.Now / EpochMilliseconds;
}
