using System.Buffers;
using Relay.Queue.Index;
using Relay.Queue.Journal;
using Relay.Queue.Records;

namespace Relay.Queue.Engine;

/// <summary>
/// Frees the log from its beginning. Segments that no message needs are cut off at once. If more than half of a longer
/// log is dead, the messages of its oldest segment are written again at its end, as one Accept record with their
/// states, and the segment is given up once that is durable. One caller at a time.
/// </summary>
internal sealed class SegmentCleaner(QueueStore store, long bytesPerRun) : IDisposable
{
    /// <summary>A log of so many segments is left alone.</summary>
    private const int SegmentsMin = 4;

    private readonly OpenedMessage _message = new(store);
    private readonly AcceptDraft _draft = new();
    private readonly RecipientStatesBuffer _states = new();
    private readonly List<ulong> _survivors = [];
    private readonly List<(long Segment, long Bytes)> _moved = [];
    private readonly List<IndexEntry> _scratch = [];

    private SegmentLedger Segments => store.Segments;

    /// <summary>Cuts off what nobody needs, once the records that say so are durable.</summary>
    public async Task TruncateAsync()
    {
        long begin = Segments.SegmentOf(store.Journal.BeginAddress);
        long end = Segments.SegmentOf(store.Journal.CommittedAddress);
        long needed = Segments.LowestNeeded(begin, end);
        if (needed > begin)
        {
            await store.Journal.CommitAsync();
            store.Journal.TruncateBefore(needed * Segments.SegmentSize);
        }
    }

    /// <summary>Moves some survivors of the oldest segment if that is worth it; true if there is more to do.</summary>
    public async Task<bool> CleanAsync()
    {
        IJournal journal = store.Journal;
        await SettleMovedAsync();
        long oldest = Segments.SegmentOf(journal.BeginAddress);
        long length = journal.TailAddress - journal.BeginAddress;
        if (journal.Condition != MailQueueError.None
            || Segments.SegmentOf(journal.TailAddress) - oldest < SegmentsMin
            || Segments.LiveBytes > length / 2
            || Segments.CountIn(oldest) == 0)
        {
            return false;
        }

        FindSurvivors(oldest);
        long moved = 0;
        int count = 0;
        while (count < _survivors.Count && moved < bytesPerRun)
        {
            moved += await MoveAsync(_survivors[count++], oldest);
        }

        return await SettleMovedAsync();
    }

    public void Dispose() => _message.Dispose();

    // The old places are given up only when the new ones are durable. False if nothing moved.
    private async Task<bool> SettleMovedAsync()
    {
        if (_moved.Count == 0)
        {
            return false;
        }

        await store.Journal.CommitAsync();
        foreach ((long segment, long bytes) in _moved)
        {
            Segments.Unpin(segment, bytes);
        }

        _moved.Clear();
        await TruncateAsync();
        return true;
    }

    private void FindSurvivors(long segment)
    {
        _survivors.Clear();
        foreach (IndexShard shard in store.Index.Shards)
        {
            int from = 0;
            bool more;
            do
            {
                _scratch.Clear();
                more = shard.CopyEntries(from, 1024, _scratch);
                from += 1024;
                foreach (IndexEntry entry in _scratch)
                {
                    if (Segments.SegmentOf(entry.AcceptAddress) - entry.SegmentSpan == segment)
                    {
                        _survivors.Add(entry.Id);
                    }
                }
            }
            while (more);
        }
    }

    // Octets written; 0 if the message is gone or cannot be read. A damaged one keeps its segment until it is deleted.
    private async Task<long> MoveAsync(ulong id, long segment)
    {
        if (!store.Index.TryGet(id, out IndexEntry entry)
            || Segments.SegmentOf(entry.AcceptAddress) - entry.SegmentSpan != segment)
        {
            return 0;
        }

        try
        {
            _message.Load(entry);
            Fill();
            long first = long.MaxValue;
            long written = 0;
            for (int i = 0; i < _message.ChunkCount; i++)
            {
                ReadOnlyMemory<byte> content = _message.ReadChunk(i);
                long address = await store.Journal.AppendAsync(
                    new RecordHeader(QueueRecordKind.Chunk, 0, id),
                    new ChunkEntry(_draft.ChunkedLength, new ReadOnlySequence<byte>(content)));
                _draft.AddChunk(new ChunkPlace(address, content.Length));
                first = Math.Min(first, address);
                written += RecordLayout.Length + ChunkEntry.HeaderLength + content.Length;
            }

            return Finish(id, entry.AcceptAddress, first, written);
        }
        catch (MailQueueException e) when (e.Error == MailQueueError.Damaged)
        {
            return 0;
        }
    }

    private void Fill()
    {
        AcceptParts parts = _message.Parts;
        _draft.Reset();
        _draft.Fields = parts.Fields;
        _draft.Fields.Parent = 0;
        _draft.Fields.ParentOutcomeCount = 0;
        _draft.EnvelopeOctets = parts.Envelope;
        _draft.HoldReason = parts.HoldReason;
        _draft.Prologue = parts.Prologue;
        _draft.Rest = new ReadOnlySequence<byte>(parts.Rest);
    }

    private long Finish(ulong id, long oldAddress, long firstChunk, long chunked)
    {
        StateStripe stripe = store.StripeOf(id);
        using RecordGate.Pass pass = store.Gate.EnterScope();
        lock (stripe.Lock)
        {
            // Outcomes that came while the chunks were copied are in the newest state.
            if (!stripe.TrySettle(store)
                || !store.Index.TryGet(id, out IndexEntry entry) || entry.AcceptAddress != oldAddress)
            {
                return 0;
            }

            if (entry.StateAddress != _message.StateAddress)
            {
                _message.LoadStates(entry);
            }

            return Append(entry, firstChunk, chunked);
        }
    }

    private long Append(in IndexEntry entry, long firstChunk, long chunked)
    {
        bool waits = !entry.Has(EntryFlags.Claimed) && entry.NextAttempt is not (0 or IndexEntry.NoAttempt);
        _draft.Fields.NextAttemptMilliseconds = waits ? store.Index.Clock.ToMilliseconds(entry.NextAttempt) : 0;
        _draft.Fields.Attempts = entry.Attempts;
        _draft.Fields.Unfinished = entry.Unfinished;
        _draft.States = _states.Encode(_message.States, out _draft.Fields.StateCount);
        long bodyLength = _draft.Measure();
        if (bodyLength > store.Journal.BodyLengthMax)
        {
            _draft.States = _states.Encode(_message.States, out _draft.Fields.StateCount, withReplies: false);
            bodyLength = _draft.Measure();
        }

        AcceptFlags flags = AcceptFlags.Relocated
            | (entry.Has(EntryFlags.Held) ? AcceptFlags.Held : AcceptFlags.None)
            | (entry.Has(EntryFlags.Quarantined) ? AcceptFlags.Quarantined : AcceptFlags.None);
        var header = new RecordHeader(QueueRecordKind.Accept, (ushort)flags, entry.Id);
        if (!store.Journal.TryAppend(header, new AcceptDraft.Entry(_draft), out long address))
        {
            return 0; // the buffer is full: in the next run
        }

        long stored = chunked + RecordLayout.Length + bodyLength;
        long segment = Segments.SegmentOf(Math.Min(firstChunk, address));
        var length = StoredLength.Of(stored, _draft.Chunks.Count > 0);
        Segments.Pin(segment, length.Total);
        _moved.Add((Segments.SegmentOf(entry.AcceptAddress) - entry.SegmentSpan, entry.Length.Total));
        var change = new EntryChanges.Relocate(address, (int)(Segments.SegmentOf(address) - segment), length);
        store.Index.TryChange(entry.Id, change, out _);
        return stored;
    }
}
