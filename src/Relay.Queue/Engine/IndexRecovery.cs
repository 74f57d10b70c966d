using Relay.Queue.Index;
using Relay.Queue.Journal;
using Relay.Queue.Records;

namespace Relay.Queue.Engine;

/// <summary>
/// Builds the index from the log: records come in address order, the highest address wins, and applying one twice
/// changes nothing, so a snapshot may be newer than the place that the replay begins at. Chunks without an Accept
/// record are dead octets. Used once, by one thread.
/// </summary>
internal sealed class IndexRecovery(MessageIndex index, long replayFrom) : IRecordVisitor
{
    private readonly Dictionary<ulong, HashSet<long>> _chunks = [];
    private readonly Dictionary<ulong, List<ParentChange>> _parents = [];
    private readonly List<(ulong Id, ChunkPlace Chunk)> _unseen = [];
    private readonly List<(ulong Id, long Accept)> _incomplete = [];
    private readonly List<(ulong Id, long Accept, long Lowest)> _chunked = [];
    private readonly List<MailQueueIncident> _incidents = [];

    /// <summary>What there is to report once the queue is open.</summary>
    public IReadOnlyList<MailQueueIncident> Incidents => _incidents;

    public long Records { get; private set; }

    public void Visit(long address, in RecordHeader header, ReadOnlySpan<byte> body)
    {
        Records++;
        switch (header.Kind)
        {
            case QueueRecordKind.Accept:
                VisitAccept(address, header, body);
                break;
            case QueueRecordKind.Chunk:
                VisitChunk(address, header.QueueId);
                break;
            case QueueRecordKind.State:
                VisitState(address, header, body);
                break;
            case QueueRecordKind.Done:
                index.TryRemove(header.QueueId, out _);
                _parents.Remove(header.QueueId);
                break;
            case QueueRecordKind.Abort:
                _chunks.Remove(header.QueueId);
                break;
            default:
                Damaged(header.QueueId, address, "A record is of an unknown kind.");
                break;
        }
    }

    public void VisitDamage(long address, int length) =>
        _incidents.Add(new MailQueueIncident(
            MailQueueIncidentKind.RecordDamaged, default, $"A record of {length} octets at {address} is damaged."));

    /// <summary>Checks what only the open journal can answer, and counts the messages in the ledger.</summary>
    public void Complete(MailQueue queue)
    {
        QueueStore store = queue.Store;
        VerifyUnseenChunks(store);
        HashSet<ulong> refused = SettleIncomplete(store);
        DropFreed(store);
        foreach ((ulong id, long accept, long lowest) in _chunked)
        {
            long span = store.Segments.SegmentOf(accept) - store.Segments.SegmentOf(lowest);
            index.TryChange(id, new EntryChanges.SetSegmentSpan(accept, (int)span), out _);
        }

        var entries = new List<IndexEntry>();
        foreach (IndexShard shard in index.Shards)
        {
            entries.Clear();
            shard.CopyEntries(0, int.MaxValue, entries);
            foreach (IndexEntry entry in entries)
            {
                store.AddToLedger(entry);
            }
        }

        foreach ((ulong parent, List<ParentChange> changes) in _parents)
        {
            foreach (ParentChange change in changes.Where(change => !refused.Contains(change.Child)))
            {
                queue.Changes.ApplyToParent(new QueueId(parent), change.Outcomes, change.Count);
            }
        }
    }

    private void VisitAccept(long address, in RecordHeader header, ReadOnlySpan<byte> body)
    {
        if (!AcceptRecord.TryRead(body, out AcceptRecord record))
        {
            Damaged(header.QueueId, address, "An Accept record is not readable.");
            return;
        }

        var flags = (AcceptFlags)header.Flags;
        bool intact = AreChunksSeen(header.QueueId, record);
        if (!intact)
        {
            _incomplete.Add((header.QueueId, address));
        }

        if (record.Fields.Parent != 0)
        {
            AddParentChange(header.QueueId, record);
        }

        if (index.TryGet(header.QueueId, out IndexEntry known))
        {
            if (known.AcceptAddress >= address)
            {
                return;
            }

            index.TryRemove(header.QueueId, out _);
        }

        index.TryAdd(MakeEntry(address, header.QueueId, flags, body.Length, record));
        if (record.Fields.ChunkCount > 0)
        {
            _chunked.Add((header.QueueId, address, record.LowestAddress(address)));
        }
    }

    private IndexEntry MakeEntry(
        long address, ulong id, AcceptFlags flags, int bodyLength, AcceptRecord record)
    {
        long stored = RecordLayout.Length + bodyLength;
        for (int i = 0; i < record.Fields.ChunkCount; i++)
        {
            stored += RecordLayout.Length + ChunkEntry.HeaderLength + record.GetChunk(i).Length;
        }

        long next = record.Fields.NextAttemptMilliseconds;
        var entry = new IndexEntry
        {
            Id = id,
            AcceptAddress = address,
            Length = StoredLength.Of(stored, record.Fields.ChunkCount > 0),
            Unfinished = (ushort)record.Fields.Unfinished,
            Attempts = (ushort)record.Fields.Attempts,
            NextAttempt = next == 0 ? 0 : index.Clock.ToTick(next),
        };
        entry.Set(EntryFlags.Held, (flags & AcceptFlags.Held) != 0);
        entry.Set(EntryFlags.Quarantined, (flags & AcceptFlags.Quarantined) != 0);
        return entry;
    }

    private bool AreChunksSeen(ulong id, AcceptRecord record)
    {
        if (record.Fields.ChunkCount == 0)
        {
            return true;
        }

        bool intact = true;
        _chunks.TryGetValue(id, out HashSet<long>? seen);
        for (int i = 0; i < record.Fields.ChunkCount; i++)
        {
            ChunkPlace chunk = record.GetChunk(i);
            if (chunk.Address < replayFrom)
            {
                _unseen.Add((id, chunk));
            }
            else
            {
                intact &= seen is not null && seen.Contains(chunk.Address);
            }
        }

        _chunks.Remove(id);
        return intact;
    }

    private void VisitChunk(long address, ulong id)
    {
        if (!_chunks.TryGetValue(id, out HashSet<long>? seen))
        {
            _chunks.Add(id, seen = []);
        }

        seen.Add(address);
    }

    private void VisitState(long address, in RecordHeader header, ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        StateFields fields = StateFields.Read(ref reader);
        if (reader.Overrun)
        {
            Damaged(header.QueueId, address, "A State record is not readable.");
            return;
        }

        long next = fields.NextAttemptMilliseconds;
        var change = new ReplayChange(address, fields, next == 0 ? 0 : index.Clock.ToTick(next));
        index.TryChange(header.QueueId, change, out _);
    }

    private void AddParentChange(ulong child, AcceptRecord record)
    {
        if (!_parents.TryGetValue(record.Fields.Parent, out List<ParentChange>? changes))
        {
            _parents.Add(record.Fields.Parent, changes = []);
        }

        changes.Add(new ParentChange(child, record.ParentOutcomes.ToArray(), record.Fields.ParentOutcomeCount));
    }

    private void VerifyUnseenChunks(QueueStore store)
    {
        byte[] buffer = [];
        foreach ((ulong id, ChunkPlace chunk) in _unseen)
        {
            if (!index.TryGet(id, out _))
            {
                continue;
            }

            try
            {
                store.Journal.Read(
                    chunk.Address, RecordLayout.Length + ChunkEntry.HeaderLength + chunk.Length, ref buffer,
                    out RecordHeader header);
                if (header.QueueId == id && header.Kind == QueueRecordKind.Chunk)
                {
                    continue;
                }
            }
            catch (MailQueueException e) when (e.Error == MailQueueError.Damaged)
            {
                // The same as a chunk of somebody else: reported below.
            }

            index.TryChange(id, default(EntryChanges.Quarantine), out _);
            Damaged(id, chunk.Address, "A piece of the content is missing or damaged; quarantined.");
        }
    }

    // Behind the last commit that is known to have ended, an Accept record may have reached the disk before its pieces
    // did: nobody was told that the message is accepted. Before it, a piece that was durable is gone.
    private HashSet<ulong> SettleIncomplete(QueueStore store)
    {
        var refused = new HashSet<ulong>();
        foreach ((ulong id, long accept) in _incomplete)
        {
            if (!index.TryGet(id, out IndexEntry entry) || entry.AcceptAddress != accept)
            {
                continue;
            }

            if (accept >= store.Journal.KnownDurableAddress)
            {
                index.TryRemove(id, out _);
                store.Refuse(id);
                refused.Add(id);
                continue;
            }

            index.TryChange(id, default(EntryChanges.Quarantine), out _);
            Damaged(id, accept, "A piece of the content is missing or damaged; quarantined.");
        }

        return refused;
    }

    // An older snapshot may know messages whose segment was freed since: they were finished, or moved and met again.
    private void DropFreed(QueueStore store)
    {
        var entries = new List<IndexEntry>();
        foreach (IndexShard shard in index.Shards)
        {
            entries.Clear();
            shard.CopyEntries(0, int.MaxValue, entries);
            foreach (IndexEntry entry in entries)
            {
                if (entry.AcceptAddress < store.Journal.BeginAddress)
                {
                    index.TryRemove(entry.Id, out _);
                }
            }
        }
    }

    private void Damaged(ulong id, long address, string message) =>
        _incidents.Add(new MailQueueIncident(
            MailQueueIncidentKind.MessageDamaged, new QueueId(id), $"{message} (Address {address}.)"));

    private readonly record struct ParentChange(ulong Child, byte[] Outcomes, int Count);
}
