using System.Numerics;
using System.Runtime.InteropServices;

namespace Relay.Throttling;

/// <summary>
/// How often each key came within the last minute, such as connections of an address: counted in six parts of ten
/// seconds, as Sendmail counts <c>client_rate</c>, so that the window is 50 to 60 seconds long. The memory is taken
/// once and never grows: a new key takes the place of one that has been idle for a minute, or else of the least active
/// one of the few places that it may have, so that many addresses cannot push out a busy one. Thread-safe and
/// lock-free; allocates nothing.
/// </summary>
/// <remarks>
/// A set of eight places is two cache lines: eight names (48 bits of a hash with a secret in it, to which the set adds
/// more, and the place's tenancy, 16 bits that go up by one with each name) and eight counts (<see cref="PlaceCount"/>:
/// the count of the last ten seconds in which the key came, and the tenancy that it is of). What a key counted in
/// earlier parts lies in <see cref="PlaceHistory"/>; new keys have none, so giving a place touches the two lines only.
/// All words change by compare-and-swap. Tenancy t of a place goes through these states, never back:
/// <list type="number">
/// <item>named: the name is of t, the count is still the ended one of t - 1;</item>
/// <item>counting: the count is of t, at least 1;</item>
/// <item>ended: the count is of t and 0. Only then may the name change, which begins t + 1.</item>
/// </list>
/// A count is added by changing a counting word, so it is never added to another key's, nor to a place that was taken
/// away; and a place is ended by changing the word by which it was chosen, so none loses its place for a count that it
/// no longer has.
/// <para>
/// One key has one counting place at most, so that of n threads each gets a number of its own. A named place begins to
/// count only after a look at all names of the set that began when it had its name, in which no other place of the key
/// was counting, and after the other named ones of the key were ended, the first of the set staying. Let there be two
/// counting places i and j of a key. The look that let i count did not find j counting, nor did it find it named, which
/// would have ended it or i: so it passed j before j was named, and began after i was named: i was named before j. For
/// the same reason j was named before i. Whoever finds a place named does what is left to do, so that nobody waits for
/// a thread that was interrupted.
/// </para>
/// </remarks>
public sealed class WindowTable
{
    private const int Ways = PlaceSet.Ways;
    private const int SetWords = 2 * Ways; // names, then counts: two cache lines
    private const int SetAlignment = SetWords * sizeof(ulong);
    private const ulong TenancyMask = PlaceCount.TenancyMask;
    private const int EpochMilliseconds = 10_000;

    private readonly Heartbeat _heartbeat;
    private readonly AddressHash _hash = AddressHash.NewSecret();
    private readonly int _setMask;
    private readonly ulong[] _sets; // pinned, so that its sets stay on the cache lines that they begin on
    private readonly int _first; // the first set's index
    private readonly PlaceHistory _history;

    /// <param name="heartbeat">Its clock is exact enough for tens of seconds and costs nothing to read.</param>
    /// <param name="keysMax">Keys remembered at most; rounded up to a power of two, at least 8. 64 octets each.</param>
    public WindowTable(Heartbeat heartbeat, int keysMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keysMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keysMax, 1 << 24);
        _heartbeat = heartbeat;
        Capacity = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(keysMax, Ways));
        _setMask = (Capacity / Ways) - 1;
        _sets = GC.AllocateArray<ulong>((2 * Capacity) + SetWords, pinned: true);
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(_sets, 0);
        _first = (int)(-address & (SetAlignment - 1)) / sizeof(ulong);
        _history = new PlaceHistory(Capacity);
    }

    /// <summary>Keys that it can remember.</summary>
    public int Capacity { get; }

    /// <summary>Counts the key once more.</summary>
    /// <returns>
    /// How often it came within the window, this time included, and none that others count at the same moment: of so
    /// many threads each gets a number of its own, so that a limit lets exactly so many pass.
    /// </returns>
    public int Add(AddressKey key)
    {
        ulong hash = _hash.Of(key);
        ulong epoch = Epoch();
        int set = (int)hash & _setMask;
        ulong name = NameOf(hash);
        Span<ulong> words = SetAt(set);
        uint ways = PlaceSet.Find(words, name);
        if (ways != 0)
        {
            int way = BitOperations.TrailingZeroCount(ways);
            ulong seen = Volatile.Read(ref words[way]);
            int total = (seen ^ name) <= TenancyMask ? Count(words, set, way, seen, epoch) : 0;
            return total > 0 ? total : AddWithPlace(words, set, name, epoch, -1, 0);
        }

        // The names are read again once the place is named: see the remarks.
        int placed = Take(words, name, epoch, out ulong named);
        return placed >= 0 && PlaceSet.Find(words, name) == 1u << placed && TryBegin(words, placed, named, epoch)
            ? 1
            : AddWithPlace(words, set, name, epoch, placed, named);
    }

    /// <summary>How often the key came within the window.</summary>
    public int CountOf(AddressKey key)
    {
        ulong hash = _hash.Of(key);
        ulong epoch = Epoch();
        int set = (int)hash & _setMask;
        ulong name = NameOf(hash);
        Span<ulong> words = SetAt(set);
        for (int way = 0; way < Ways; way++)
        {
            ulong seen = Volatile.Read(ref words[way]);
            ulong count = Volatile.Read(ref words[Ways + way]);
            if ((seen ^ name) <= TenancyMask && PlaceCount.IsCounting(count, seen))
            {
                return Total(_history.Sum(PlaceOf(set, way), count, epoch));
            }
        }

        return 0;
    }

    /// <summary>Counts in a place that the key has.</summary>
    /// <param name="named">The place's name as it was seen.</param>
    /// <returns>The key's total, or 0 if it does not count here.</returns>
    private int Count(Span<ulong> words, int set, int way, ulong named, ulong epoch)
    {
        ref ulong word = ref words[Ways + way];
        while (true)
        {
            ulong seen = Volatile.Read(ref word);
            if (!PlaceCount.IsCounting(seen, named))
            {
                return 0;
            }

            ulong next;
            ulong older = 0;
            ulong age = PlaceCount.Age(seen, epoch);
            if (age == 0 || PlaceCount.IsAhead(age))
            {
                // A thread that is late counts in the part that has begun meanwhile.
                next = PlaceCount.OneMore(seen);
                older = PlaceCount.HasOlder(seen) ? _history.Older(PlaceOf(set, way), seen, epoch - age, 0) : 0;
            }
            else if (age >= PlaceCount.Parts)
            {
                next = PlaceCount.First(named, epoch, 0);
            }
            else if (_history.TryKeep(PlaceOf(set, way), ref word, seen, epoch - age))
            {
                older = _history.Older(PlaceOf(set, way), seen, epoch, 0);
                next = PlaceCount.First(named, epoch, older);
            }
            else
            {
                continue;
            }

            if (Interlocked.CompareExchange(ref word, next, seen) == seen)
            {
                return Total(PlaceCount.Of(next) + older);
            }
        }
    }

    /// <summary>Counts a key that has no counting place, as far as was seen.</summary>
    /// <param name="known">A place that was named for the key before this began; negative if none was seen.</param>
    /// <param name="knownName">Its name.</param>
    private int AddWithPlace(Span<ulong> words, int set, ulong name, ulong epoch, int known, ulong knownName)
    {
        while (true)
        {
            int counting = -1;
            int first = -1;
            ulong firstName = 0;
            ulong countingName = 0;
            bool changed = false;
            for (int way = 0; way < Ways; way++)
            {
                ulong seen = Volatile.Read(ref words[way]);
                if ((seen ^ name) > TenancyMask)
                {
                    continue;
                }

                ulong count = Volatile.Read(ref words[Ways + way]);
                if (PlaceCount.IsCounting(count, seen))
                {
                    (counting, countingName) = (way, seen);
                }
                else if (count == PlaceCount.EndedBefore(seen))
                {
                    if (first < 0)
                    {
                        (first, firstName) = (way, seen);
                    }
                    else
                    {
                        changed |= !TryEndNamed(words, way, seen);
                    }
                }
                else
                {
                    changed |= count != PlaceCount.Ended(seen);
                }
            }

            if (counting >= 0 && first >= 0)
            {
                changed |= !TryEndNamed(words, first, firstName);
            }

            if (changed)
            {
                continue;
            }

            if (counting >= 0)
            {
                int total = Count(words, set, counting, countingName, epoch);
                if (total > 0)
                {
                    return total;
                }
            }
            else if (first < 0)
            {
                known = Take(words, name, epoch, out knownName);
            }
            else if (first != known || firstName != knownName)
            {
                // Named by another thread, perhaps after some names had been passed: look at them once more.
                (known, knownName) = (first, firstName);
            }
            else if (TryBegin(words, first, firstName, epoch))
            {
                return 1;
            }
        }
    }

    /// <summary>
    /// Names a place for the key: a free one, an idle one's, or the least active one's. One that was named and does not
    /// count yet is left alone, unless there are no others.
    /// </summary>
    /// <param name="named">The new name.</param>
    /// <returns>The way, or -1 if others were faster: look again.</returns>
    private static int Take(Span<ulong> words, ulong name, ulong epoch, out ulong named)
    {
        named = 0;
        int best = PlaceSet.LeastActive(words, epoch, out uint least);
        if (best < 0)
        {
            ulong other = Volatile.Read(ref words[0]);
            TryEndNamed(words, 0, other);
            return -1;
        }

        ulong bestName = Volatile.Read(ref words[best]);
        ulong bestCount = Volatile.Read(ref words[Ways + best]);
        if (PlaceCount.Activity(bestCount, bestName, epoch) != least)
        {
            return -1;
        }

        ulong ended = PlaceCount.Ended(bestName);
        if (bestCount != ended
            && Interlocked.CompareExchange(ref words[Ways + best], ended, bestCount) != bestCount)
        {
            return -1;
        }

        named = name | ((bestName + 1) & TenancyMask);
        return Interlocked.CompareExchange(ref words[best], named, bestName) == bestName ? best : -1;
    }

    /// <summary>Lets a named place count; the key's first is counted.</summary>
    /// <returns>False if it counts, or was ended, meanwhile.</returns>
    private static bool TryBegin(Span<ulong> words, int way, ulong named, ulong epoch)
    {
        ulong before = PlaceCount.EndedBefore(named);
        return Interlocked.CompareExchange(ref words[Ways + way], PlaceCount.First(named, epoch, 0), before) == before;
    }

    /// <returns>False if it counts, or its place was taken, meanwhile.</returns>
    private static bool TryEndNamed(Span<ulong> words, int way, ulong named)
    {
        ulong before = PlaceCount.EndedBefore(named);
        return Interlocked.CompareExchange(ref words[Ways + way], PlaceCount.Ended(named), before) == before;
    }

    private static int Total(ulong sum) => (int)Math.Min(sum, int.MaxValue);

    private static ulong NameOf(ulong hash)
    {
        ulong name = hash & ~TenancyMask;
        return name == 0 ? TenancyMask + 1 : name; // 0 is a free place's
    }

    private static int PlaceOf(int set, int way) => (set * Ways) + way;

    private Span<ulong> SetAt(int set) => _sets.AsSpan(_first + (set * SetWords), SetWords);

    private ulong Epoch() => (ulong)_heartbeat.Now / EpochMilliseconds;
}
