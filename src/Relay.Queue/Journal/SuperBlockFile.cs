namespace Relay.Queue.Journal;

/// <summary>
/// q.super: two slots, written in place in turn, each write durable when it returns. What must not be lost with one
/// slot (generation, begin, reservation, last segment) is written to both. Thread-safe.
/// </summary>
internal sealed class SuperBlockFile : IDisposable
{
    public const string Name = "q.super";
    private const string NewName = "q.super.new";

    private readonly Lock _lock = new();
    private readonly IQueueFile _file;
    private readonly byte[] _slot = GC.AllocateArray<byte>(SuperBlock.SlotLength, pinned: true);
    private SuperBlock _current;

    private SuperBlockFile(IQueueFile file, SuperBlock current)
    {
        _file = file;
        _current = current;
    }

    public SuperBlock Current => Volatile.Read(ref _current);

    /// <summary>Makes the file of a new queue: both slots, under a name of its own until it is complete.</summary>
    public static SuperBlockFile Create(IQueueStore store, SuperBlock first)
    {
        if (store.List().Contains(NewName))
        {
            store.Delete(NewName);
        }

        byte[] slots = new byte[2 * SuperBlock.SlotLength];
        first.Write(slots);
        first.Write(slots.AsSpan(SuperBlock.SlotLength));
        using (IQueueFile file = store.Open(NewName, QueueFileMode.Create))
        {
            file.Write(0, slots);
            file.Sync();
        }

        store.Rename(NewName, Name);
        store.SyncDirectory();
        return new SuperBlockFile(store.Open(Name, QueueFileMode.WriteThrough), first);
    }

    /// <summary>Reads the newest valid slot.</summary>
    /// <exception cref="MailQueueException">Neither slot is valid: nothing may be guessed.</exception>
    public static SuperBlockFile Open(IQueueStore store)
    {
        IQueueFile file = store.Open(Name, QueueFileMode.WriteThrough);
        byte[] slots = new byte[2 * SuperBlock.SlotLength];
        int length = file.Read(0, slots);
        SuperBlock? newest = null;
        for (int i = 0; i < 2; i++)
        {
            int offset = i * SuperBlock.SlotLength;
            if (length >= offset + SuperBlock.SlotLength
                && SuperBlock.TryRead(slots.AsSpan(offset, SuperBlock.SlotLength), out SuperBlock slot)
                && (newest is null || slot.Sequence > newest.Sequence))
            {
                newest = slot;
            }
        }

        if (newest is null)
        {
            file.Dispose();
            throw new MailQueueException(
                MailQueueError.Damaged,
                $"{Path.Combine(store.Directory, Name)} is damaged: neither of its two copies is valid, so the records "
                + "in the q.log files cannot be verified. Restore that file from a backup; or, to give up what is "
                + "queued, move the whole directory away and start again.");
        }

        return new SuperBlockFile(file, newest);
    }

    /// <summary>Writes the change to both slots, one after the other.</summary>
    public void UpdateBoth(Func<SuperBlock, SuperBlock> change)
    {
        lock (_lock)
        {
            Write(change(_current));
            Write(_current);
        }
    }

    /// <summary>Writes the change to the older slot.</summary>
    public void Update(Func<SuperBlock, SuperBlock> change)
    {
        lock (_lock)
        {
            Write(change(_current));
        }
    }

    public void Dispose() => _file.Dispose();

    private void Write(SuperBlock next)
    {
        next = next with { Sequence = _current.Sequence + 1 };
        next.Write(_slot);
        _file.Write((long)(next.Sequence & 1) * SuperBlock.SlotLength, _slot);
        Volatile.Write(ref _current, next);
    }
}
