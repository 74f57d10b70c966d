namespace Relay.Queue.Index;

/// <summary>
/// Every message of the queue by id, in 64 shards: at most 64 octets each (docs/queue-format.md has nothing of it; a
/// snapshot writes what recovery needs). Thread-safe.
/// </summary>
internal sealed class MessageIndex
{
    public const int ShardCount = 64;

    private const int ShardShift = 58;

    private readonly IndexShard[] _shards = new IndexShard[ShardCount];
    private long _count;

    public MessageIndex(AttemptClock clock)
    {
        Clock = clock;
        for (int i = 0; i < ShardCount; i++)
        {
            _shards[i] = new IndexShard(clock.Now);
        }
    }

    public AttemptClock Clock { get; }

    public long Count => Volatile.Read(ref _count);

    public ReadOnlySpan<IndexShard> Shards => _shards;

    public long MemorySize
    {
        get
        {
            long total = 0;
            foreach (IndexShard shard in _shards)
            {
                total += shard.MemorySize;
            }

            return total;
        }
    }

    public bool TryAdd(in IndexEntry entry)
    {
        if (!ShardOf(entry.Id).TryAdd(entry))
        {
            return false;
        }

        Interlocked.Increment(ref _count);
        return true;
    }

    public bool TryGet(ulong id, out IndexEntry entry) => ShardOf(id).TryGet(id, out entry);

    public bool TryRemove(ulong id, out IndexEntry removed)
    {
        if (!ShardOf(id).TryRemove(id, out removed))
        {
            return false;
        }

        Interlocked.Decrement(ref _count);
        return true;
    }

    public bool TryChange<TChange>(ulong id, in TChange change, out IndexEntry after)
        where TChange : struct, IEntryChange
        => ShardOf(id).TryChange(id, change, out after);

    /// <summary>The ids in the queue now, sorted: 8 octets each, no entry copied.</summary>
    public List<ulong> SortedIds()
    {
        var ids = new List<ulong>(checked((int)Count));
        foreach (IndexShard shard in _shards)
        {
            shard.CopyIds(ids);
        }

        ids.Sort();
        return ids;
    }

    /// <summary>Messages by <see cref="QueueEntryState"/>.</summary>
    public void CountStates(Span<long> totals)
    {
        totals.Clear();
        foreach (IndexShard shard in _shards)
        {
            shard.AddStates(totals);
        }
    }

    /// <summary>The earliest tick at which a shard may have something due.</summary>
    public uint NextTick()
    {
        uint next = uint.MaxValue;
        foreach (IndexShard shard in _shards)
        {
            next = Math.Min(next, shard.NextTick);
        }

        return next;
    }

    private IndexShard ShardOf(ulong id) => _shards[IdTable.Hash(id) >> ShardShift];
}
