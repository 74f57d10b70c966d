using System.Diagnostics;

namespace Relay.Queue.Index;

/// <summary>
/// One of the 64 parts of the index: a table, its slots and a timing wheel under one lock. Every change takes an entry
/// out of its state (<see cref="Leave"/>), alters it and puts it into its new one (<see cref="Enter"/>), so counters
/// and wheel cannot drift from the entries. Calls nobody under its lock.
/// </summary>
internal sealed class IndexShard
{
    private readonly Lock _lock = new();
    private readonly EntrySlots _slots = new();
    private readonly IdTable _table;
    private readonly TimingWheel _wheel;
    private readonly long[] _states = new long[4];
    private uint _nextTick = uint.MaxValue;

    public IndexShard(uint now)
    {
        _table = new IdTable(_slots);
        _wheel = new TimingWheel(_slots, now);
    }

    public int Count => _slots.Count;

    /// <summary>The earliest tick at which <see cref="TakeDue"/> may find something; read without the lock.</summary>
    public uint NextTick => Volatile.Read(ref _nextTick);

    public long MemorySize
    {
        get
        {
            lock (_lock)
            {
                return _slots.MemorySize + _table.MemorySize;
            }
        }
    }

    public void AddStates(Span<long> totals)
    {
        lock (_lock)
        {
            for (int i = 0; i < _states.Length; i++)
            {
                totals[i] += _states[i];
            }
        }
    }

    /// <summary>Adds a message; false if its id is there already.</summary>
    public bool TryAdd(in IndexEntry added)
    {
        lock (_lock)
        {
            if (_table.Find(added.Id) >= 0)
            {
                return false;
            }

            int slot = _slots.Take();
            ref IndexEntry entry = ref _slots[slot];
            entry = added;
            entry.WheelNext = entry.HashNext = -1;
            entry.WheelPrevious = IndexEntry.NotInWheel;
            _table.Add(slot);
            Enter(slot);
            return true;
        }
    }

    public bool TryGet(ulong id, out IndexEntry entry)
    {
        lock (_lock)
        {
            int slot = _table.Find(id);
            entry = slot >= 0 ? _slots[slot] : default;
            return slot >= 0;
        }
    }

    public bool TryRemove(ulong id, out IndexEntry removed)
    {
        lock (_lock)
        {
            int slot = _table.Find(id);
            if (slot < 0)
            {
                removed = default;
                return false;
            }

            Leave(slot);
            removed = _slots[slot];
            _table.Remove(id);
            _slots.Release(slot);
            if (_slots.Count == 0)
            {
                _table.Clear();
            }

            return true;
        }
    }

    /// <summary>Alters an entry as <paramref name="change"/> says; false if it is not there.</summary>
    /// <param name="after">The entry afterwards.</param>
    public bool TryChange<TChange>(ulong id, in TChange change, out IndexEntry after)
        where TChange : struct, IEntryChange
    {
        lock (_lock)
        {
            int slot = _table.Find(id);
            if (slot < 0)
            {
                after = default;
                return false;
            }

            Leave(slot);
            bool changed = change.Apply(ref _slots[slot]);
            Enter(slot);
            after = _slots[slot];
            return changed;
        }
    }

    /// <summary>
    /// Claims messages that are due for the consumer; the count is less than the room only if no more are.
    /// </summary>
    public int TakeDue(uint now, Span<DueMessage> due)
    {
        lock (_lock)
        {
            _wheel.Advance(now);
            int count = 0;
            while (count < due.Length && _wheel.TryTakeDue(out int slot))
            {
                ref IndexEntry entry = ref _slots[slot];
                _states[(int)QueueEntryState.Deferred]--;
                _states[(int)QueueEntryState.Active]++;
                entry.Set(EntryFlags.Claimed, true);
                entry.NextAttempt = IndexEntry.NoAttempt;
                due[count++] = new DueMessage(new QueueId(entry.Id), entry.Tag);
            }

            Volatile.Write(ref _nextTick, _wheel.NextTick);
            return count;
        }
    }

    public void CopyIds(List<ulong> ids)
    {
        lock (_lock)
        {
            ids.EnsureCapacity(ids.Count + _slots.Count);
            for (int slot = 0; slot < _slots.Used; slot++)
            {
                if (_slots[slot].Id != 0)
                {
                    ids.Add(_slots[slot].Id);
                }
            }
        }
    }

    /// <summary>Copies the entries of a range of slots; false when there are no more slots.</summary>
    public bool CopyEntries(int from, int count, List<IndexEntry> entries)
    {
        lock (_lock)
        {
            int end = Math.Min(from + count, _slots.Used);
            for (int slot = from; slot < end; slot++)
            {
                if (_slots[slot].Id != 0)
                {
                    entries.Add(_slots[slot]);
                }
            }

            return end < _slots.Used;
        }
    }

    private void Leave(int slot)
    {
        ref IndexEntry entry = ref _slots[slot];
        _states[(int)entry.State]--;
        if (entry.WheelPrevious != IndexEntry.NotInWheel)
        {
            Debug.Assert(entry.State == QueueEntryState.Deferred);
            _wheel.Remove(slot);
        }
    }

    private void Enter(int slot)
    {
        ref IndexEntry entry = ref _slots[slot];
        _states[(int)entry.State]++;
        if (entry.State == QueueEntryState.Deferred)
        {
            _wheel.Insert(slot);
            Volatile.Write(ref _nextTick, _wheel.NextTick);
        }
    }
}
