namespace Relay.Queue.Index;

/// <summary>
/// Finds slots by queue id: buckets of slot numbers, chained through the entries, 4 to 8 octets per entry. Guarded by
/// the shard, which also owns the slots.
/// </summary>
internal sealed class IdTable(EntrySlots slots)
{
    private const int LengthMin = 64;

    // Slot plus one, so that zeroed memory is an empty table.
    private int[] _buckets = new int[LengthMin];

    public long MemorySize => ((long)_buckets.Length * sizeof(int)) + 32;

    public static ulong Hash(ulong id) => id * 0x9E3779B97F4A7C15;

    public int Find(ulong id)
    {
        int slot = _buckets[Bucket(id)] - 1;
        while (slot >= 0)
        {
            ref IndexEntry entry = ref slots[slot];
            if (entry.Id == id)
            {
                return slot;
            }

            slot = entry.HashNext;
        }

        return -1;
    }

    /// <summary>Adds a slot whose id is set and not in the table yet.</summary>
    public void Add(int slot)
    {
        if (slots.Count > _buckets.Length)
        {
            Rebuild(_buckets.Length * 2, slot);
        }

        Link(slot);
    }

    public void Remove(ulong id)
    {
        ref int bucket = ref _buckets[Bucket(id)];
        int slot = bucket - 1;
        if (slots[slot].Id == id)
        {
            bucket = slots[slot].HashNext + 1;
            return;
        }

        while (true)
        {
            ref IndexEntry previous = ref slots[slot];
            slot = previous.HashNext;
            if (slots[slot].Id == id)
            {
                previous.HashNext = slots[slot].HashNext;
                return;
            }
        }
    }

    /// <summary>Gives the memory back once the last entry is gone.</summary>
    public void Clear()
    {
        if (_buckets.Length > LengthMin)
        {
            _buckets = new int[LengthMin];
        }
    }

    // The shard is chosen by the top six bits of the hash, the bucket by those below.
    private int Bucket(ulong id) => (int)(Hash(id) >> 20) & (_buckets.Length - 1);

    private void Link(int slot)
    {
        ref IndexEntry entry = ref slots[slot];
        ref int bucket = ref _buckets[Bucket(entry.Id)];
        entry.HashNext = bucket - 1;
        bucket = slot + 1;
    }

    private void Rebuild(int length, int except)
    {
        _buckets = new int[length];
        for (int slot = 0; slot < slots.Used; slot++)
        {
            if (slot != except && slots[slot].Id != 0)
            {
                Link(slot);
            }
        }
    }
}
