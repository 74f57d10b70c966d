using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using Relay.Queue.Journal;
using Relay.Queue.Records;

namespace Relay.Queue.Engine;

/// <summary>
/// Orders the State and Done records of one 64th of the messages: they are appended under <see cref="Lock"/>, which is
/// never taken inside an index shard's lock. Keeps what is not durable yet, so that a failed journal costs no state:
/// after the reopening it is appended again. All members but the constructor need the lock.
/// </summary>
internal sealed class StateStripe
{
    /// <summary>Addresses from here on stand for records that no journal took yet.</summary>
    public const long UnwrittenBase = 1L << 47;

    private static long _lastUnwritten = UnwrittenBase;

    private readonly Queue<Unsettled> _unsettled = new();

    public Lock Lock { get; } = new();

    /// <summary>Appends a State record. <paramref name="buffer"/> is rented and becomes the stripe's.</summary>
    public long AppendState(IJournal journal, ulong id, byte[] buffer, int length)
    {
        long address = TryAppend(journal, QueueRecordKind.State, id, new BytesEntry(buffer.AsMemory(0, length)));
        Keep(journal, new Unsettled(address, id, buffer, length, default));
        return address;
    }

    public void AppendDone(IJournal journal, ulong id, DoneReason reason)
    {
        long address = TryAppend(journal, QueueRecordKind.Done, id, new DoneEntry(reason));
        Keep(journal, new Unsettled(address, id, null, 0, reason));
    }

    /// <summary>A State record that no journal took yet.</summary>
    public bool TryGetUnwritten(ulong id, long address, out ReadOnlyMemory<byte> body)
    {
        Debug.Assert(Lock.IsHeldByCurrentThread);
        foreach (Unsettled record in _unsettled)
        {
            if (record.Id == id && record.Address == address && record.Buffer is { } buffer)
            {
                body = buffer.AsMemory(0, record.Length);
                return true;
            }
        }

        body = default;
        return false;
    }

    /// <summary>
    /// Appends to a reopened journal whatever lies behind its tail, in order and with the links put right.
    /// </summary>
    /// <param name="moved">Told of every record's new address: id, old, new.</param>
    /// <returns>False if the journal failed again; nothing is lost then either.</returns>
    public bool Resettle(IJournal journal, long recoveredTail, Action<ulong, long, long> moved)
    {
        Debug.Assert(Lock.IsHeldByCurrentThread);
        var newByOld = new Dictionary<long, long>();
        bool lost = false;
        bool complete = true;
        for (int left = _unsettled.Count; left > 0; left--)
        {
            Unsettled record = _unsettled.Dequeue();
            lost |= record.Address >= recoveredTail;
            if (lost)
            {
                long old = record.Address;
                record = Rewrite(journal, record, newByOld);
                complete &= record.Address < UnwrittenBase;
                newByOld[old] = record.Address;
                moved(record.Id, old, record.Address);
            }

            _unsettled.Enqueue(record);
        }

        return complete;
    }

    private static Unsettled Rewrite(IJournal journal, Unsettled record, Dictionary<long, long> newByOld)
    {
        if (record.Buffer is not { } buffer)
        {
            var done = new DoneEntry(record.Reason);
            return record with { Address = TryAppend(journal, QueueRecordKind.Done, record.Id, done) };
        }

        // The record it links to may have moved as well: then it was rewritten just before.
        if (newByOld.TryGetValue(BinaryPrimitives.ReadInt64LittleEndian(buffer), out long previous))
        {
            BinaryPrimitives.WriteInt64LittleEndian(buffer, previous);
        }

        var state = new BytesEntry(buffer.AsMemory(0, record.Length));
        return record with { Address = TryAppend(journal, QueueRecordKind.State, record.Id, state) };
    }

    private static long TryAppend<TEntry>(IJournal journal, QueueRecordKind kind, ulong id, TEntry entry)
        where TEntry : struct, IJournalEntry
    {
        try
        {
            // Waits only if the journal's buffer is full, which its own threads empty.
            ValueTask<long> append = journal.AppendAsync(new RecordHeader(kind, 0, id), entry);
            return append.IsCompletedSuccessfully ? append.Result : append.AsTask().GetAwaiter().GetResult();
        }
        catch (MailQueueException)
        {
            return Interlocked.Increment(ref _lastUnwritten);
        }
    }

    private void Keep(IJournal journal, Unsettled record)
    {
        Debug.Assert(Lock.IsHeldByCurrentThread);
        long committed = journal.CommittedAddress;
        while (_unsettled.TryPeek(out Unsettled oldest) && oldest.Address < committed)
        {
            Free(_unsettled.Dequeue());
        }

        if (record.Address < committed)
        {
            Free(record);
            return;
        }

        _unsettled.Enqueue(record);
    }

    private static void Free(in Unsettled record)
    {
        if (record.Buffer is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private readonly record struct Unsettled(long Address, ulong Id, byte[]? Buffer, int Length, DoneReason Reason);
}
