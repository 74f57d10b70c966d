using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using Relay.Queue.Index;
using Relay.Queue.Journal;
using Relay.Queue.Records;

namespace Relay.Queue.Engine;

/// <summary>
/// Orders the State and Done records of one 64th of the messages: they are appended under <see cref="Lock"/>, which is
/// never taken inside an index shard's lock. What the journal does not take at once, because its buffer is full or its
/// storage failed, waits here and is appended before anything newer: no thread waits for the disk, no failure costs a
/// state. All members need the lock.
/// </summary>
internal sealed class StateStripe
{
    /// <summary>Addresses from here on stand for records that the journal did not take yet.</summary>
    public const long UnwrittenBase = 1L << 47;

    private static long _lastUnwritten = UnwrittenBase;

    private readonly Queue<Unwritten> _unwritten = new();

    public Lock Lock { get; } = new();

    public RecentStates Recent { get; } = new();

    public bool HasUnwritten => _unwritten.Count > 0;

    /// <summary>Appends a State record. <paramref name="buffer"/> is rented and becomes the stripe's.</summary>
    public long AppendState(QueueStore store, ulong id, byte[] buffer, int length)
    {
        Debug.Assert(Lock.IsHeldByCurrentThread);
        var record = new Unwritten(0, id, buffer, length, default);
        if (TrySettle(store) && TryAppend(store.Journal, record, out long address))
        {
            ArrayPool<byte>.Shared.Return(buffer);
            return address;
        }

        return Keep(store, record);
    }

    public void AppendDone(QueueStore store, ulong id, DoneReason reason)
    {
        Debug.Assert(Lock.IsHeldByCurrentThread);
        Recent.Remove(id);
        var record = new Unwritten(0, id, null, 0, reason);
        if (!TrySettle(store) || !TryAppend(store.Journal, record, out _))
        {
            Keep(store, record);
        }
    }

    /// <summary>A State record that the journal did not take yet.</summary>
    public bool TryGetUnwritten(ulong id, long address, out ReadOnlyMemory<byte> body)
    {
        Debug.Assert(Lock.IsHeldByCurrentThread);
        foreach (Unwritten record in _unwritten)
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

    /// <summary>Appends what waits, in order; false if the journal still does not take it.</summary>
    public bool TrySettle(QueueStore store)
    {
        Debug.Assert(Lock.IsHeldByCurrentThread);
        while (_unwritten.TryPeek(out Unwritten record))
        {
            if (!TryAppend(store.Journal, record, out long address))
            {
                return false;
            }

            _unwritten.Dequeue();
            if (record.Buffer is { } buffer)
            {
                store.Index.TryChange(record.Id, new EntryChanges.MoveState(record.Address, address), out _);
                PointTo(record.Address, address);
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        return true;
    }

    private static bool TryAppend(IJournal journal, in Unwritten record, out long address)
    {
        try
        {
            return record.Buffer is { } buffer
                ? journal.TryAppend(
                    new RecordHeader(QueueRecordKind.State, 0, record.Id),
                    new BytesEntry(buffer.AsMemory(0, record.Length)),
                    out address)
                : journal.TryAppend(
                    new RecordHeader(QueueRecordKind.Done, 0, record.Id), new DoneEntry(record.Reason), out address);
        }
        catch (MailQueueException)
        {
            address = 0;
            return false;
        }
    }

    private long Keep(QueueStore store, in Unwritten record)
    {
        long address = Interlocked.Increment(ref _lastUnwritten);
        _unwritten.Enqueue(record with { Address = address });
        store.OnUnwritten?.Invoke();
        return address;
    }

    // A record that waits and links to one that was just written.
    private void PointTo(long old, long address)
    {
        foreach (Unwritten record in _unwritten)
        {
            if (record.Buffer is { } buffer && BinaryPrimitives.ReadInt64LittleEndian(buffer) == old)
            {
                BinaryPrimitives.WriteInt64LittleEndian(buffer, address);
            }
        }
    }

    private readonly record struct Unwritten(long Address, ulong Id, byte[]? Buffer, int Length, DoneReason Reason);
}
