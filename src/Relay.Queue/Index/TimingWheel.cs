using System.Diagnostics;
using System.Numerics;

namespace Relay.Queue.Index;

/// <summary>
/// Who is due when: six levels of 64 lists, each entry in the list of the highest 6-bit digit in which its tick differs
/// from the present. Insert and remove take constant time, each entry moves down at most five times in its wait, and
/// empty lists are skipped by bitmap, however far the clock jumps. The lists run through the entries. Guarded by the
/// shard.
/// </summary>
internal sealed class TimingWheel
{
    private const int DigitBits = 6;
    private const int ListsPerLevel = 1 << DigitBits;
    private const int Levels = 6;
    private const int DueList = Levels * ListsPerLevel;

    private readonly EntrySlots _slots;
    private readonly int[] _heads = new int[DueList + 1];
    private readonly ulong[] _occupied = new ulong[Levels];
    private uint _now;

    public TimingWheel(EntrySlots slots, uint now)
    {
        _slots = slots;
        _now = now;
        Array.Fill(_heads, -1);
    }

    /// <summary>
    /// The earliest tick at which <see cref="Advance"/> has something to do, 0 if somebody is due: never later.
    /// </summary>
    public uint NextTick
    {
        get
        {
            if (_heads[DueList] >= 0)
            {
                return 0;
            }

            return TryFindNext(out _, out uint tick) ? tick : uint.MaxValue;
        }
    }

    public void Insert(int slot)
    {
        ref IndexEntry entry = ref _slots[slot];
        Debug.Assert(entry.WheelPrevious == IndexEntry.NotInWheel);
        int list = DueList;
        if (entry.NextAttempt > _now)
        {
            int level = BitOperations.Log2(entry.NextAttempt ^ _now) / DigitBits;
            int digit = (int)(entry.NextAttempt >> (level * DigitBits)) & (ListsPerLevel - 1);
            list = (level * ListsPerLevel) + digit;
            _occupied[level] |= 1UL << digit;
        }

        int head = _heads[list];
        entry.WheelNext = head;
        entry.WheelPrevious = ~list;
        if (head >= 0)
        {
            _slots[head].WheelPrevious = slot;
        }

        _heads[list] = slot;
    }

    public void Remove(int slot)
    {
        ref IndexEntry entry = ref _slots[slot];
        Debug.Assert(entry.WheelPrevious != IndexEntry.NotInWheel);
        if (entry.WheelNext >= 0)
        {
            _slots[entry.WheelNext].WheelPrevious = entry.WheelPrevious;
        }

        if (entry.WheelPrevious >= 0)
        {
            _slots[entry.WheelPrevious].WheelNext = entry.WheelNext;
        }
        else
        {
            int list = ~entry.WheelPrevious;
            _heads[list] = entry.WheelNext;
            if (entry.WheelNext < 0 && list != DueList)
            {
                _occupied[list >> DigitBits] &= ~(1UL << (list & (ListsPerLevel - 1)));
            }
        }

        entry.WheelNext = -1;
        entry.WheelPrevious = IndexEntry.NotInWheel;
    }

    /// <summary>Moves the present forward; what became due waits for <see cref="TryTakeDue"/>.</summary>
    public void Advance(uint now)
    {
        while (TryFindNext(out int list, out uint tick) && tick <= now)
        {
            _now = tick;
            int slot = _heads[list];
            _heads[list] = -1;
            _occupied[list >> DigitBits] &= ~(1UL << (list & (ListsPerLevel - 1)));
            while (slot >= 0)
            {
                ref IndexEntry entry = ref _slots[slot];
                int next = entry.WheelNext;
                entry.WheelPrevious = IndexEntry.NotInWheel;
                Insert(slot);
                slot = next;
            }
        }

        _now = Math.Max(_now, now);
    }

    public bool TryTakeDue(out int slot)
    {
        slot = _heads[DueList];
        if (slot < 0)
        {
            return false;
        }

        Remove(slot);
        return true;
    }

    // The lists above the present digit of the lowest occupied level come first: an entry on a higher level differs
    // from the present in a higher digit.
    private bool TryFindNext(out int list, out uint tick)
    {
        for (int level = 0; level < Levels; level++)
        {
            if (_occupied[level] == 0)
            {
                continue;
            }

            int shift = level * DigitBits;
            int digit = BitOperations.TrailingZeroCount(_occupied[level]);
            Debug.Assert(digit > (int)((_now >> shift) & (ListsPerLevel - 1)));
            ulong above = shift + DigitBits >= 32 ? 0 : (ulong)_now >> (shift + DigitBits) << (shift + DigitBits);
            list = (level * ListsPerLevel) + digit;
            tick = (uint)(above | ((ulong)digit << shift));
            return true;
        }

        list = 0;
        tick = 0;
        return false;
    }
}
