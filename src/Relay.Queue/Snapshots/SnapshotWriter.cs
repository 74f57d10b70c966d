using System.Buffers.Binary;
using Relay.Queue.Engine;
using Relay.Queue.Index;
using Relay.Queue.Journal;

namespace Relay.Queue.Snapshots;

/// <summary>
/// Writes the index to a file while the queue works: a block of slots at a time under its shard's lock. The replay from
/// the noted position makes good what changes meanwhile.
/// </summary>
internal sealed class SnapshotWriter(MessageIndex index)
{
    /// <summary>
    /// Synced so often: a snapshot of a million messages flushed at its end would hold up the commits beside it for as
    /// long as the disk takes for 60 MB.
    /// </summary>
    private const long SyncStep = 256 << 10;

    private readonly List<IndexEntry> _entries = new(SnapshotFormat.BlockEntriesMax);
    private readonly byte[] _block = new byte[SnapshotFormat.BlockHeaderLength
        + (SnapshotFormat.BlockEntriesMax * SnapshotFormat.EntryLength)];

    private long _offset;
    private long _synced;

    /// <summary>Writes the snapshot; its last step is not synced yet.</summary>
    /// <returns>False if an entry refers to a record that the journal has not taken: no snapshot now.</returns>
    public bool TryWrite(IQueueFile file, JournalPosition position, long sequence)
    {
        Span<byte> header = _block.AsSpan(0, SnapshotFormat.HeaderLength);
        SnapshotFormat.WriteHeader(header, position, sequence);
        file.Write(0, header);
        _offset = header.Length;
        long count = 0;
        foreach (IndexShard shard in index.Shards)
        {
            int from = 0;
            bool more;
            do
            {
                _entries.Clear();
                more = shard.CopyEntries(from, SnapshotFormat.BlockEntriesMax, _entries);
                from += SnapshotFormat.BlockEntriesMax;
                if (!TryWriteBlock(file))
                {
                    return false;
                }

                count += _entries.Count;
            }
            while (more);
        }

        Span<byte> footer = _block.AsSpan(0, SnapshotFormat.FooterLength);
        SnapshotFormat.WriteFooter(footer, count);
        file.Write(_offset, footer);
        return true;
    }

    private bool TryWriteBlock(IQueueFile file)
    {
        if (_entries.Count == 0)
        {
            return true;
        }

        int length = SnapshotFormat.BlockHeaderLength;
        foreach (IndexEntry entry in _entries)
        {
            if (entry.StateAddress >= StateStripe.UnwrittenBase)
            {
                return false;
            }

            SnapshotFormat.WriteEntry(_block.AsSpan(length, SnapshotFormat.EntryLength), entry, index.Clock);
            length += SnapshotFormat.EntryLength;
        }

        BinaryPrimitives.WriteInt32LittleEndian(_block, _entries.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(
            _block.AsSpan(4), SnapshotFormat.Checksum(_block.AsSpan(SnapshotFormat.BlockHeaderLength..length)));
        file.Write(_offset, _block.AsSpan(0, length));
        _offset += length;
        if (_offset - _synced >= SyncStep)
        {
            file.Sync();
            _synced = _offset;
        }

        return true;
    }
}
