using System.Buffers.Binary;
using Relay.Queue.Index;
using Relay.Queue.Journal;

namespace Relay.Queue.Snapshots;

/// <summary>Reads a snapshot into an empty index. What it cannot verify completely it refuses as a whole.</summary>
internal static class SnapshotReader
{
    public static bool TryRead(IQueueFile file, MessageIndex index, out JournalPosition position)
    {
        byte[] header = new byte[SnapshotFormat.HeaderLength];
        position = default;
        if (file.Read(0, header) != header.Length || !SnapshotFormat.TryReadHeader(header, out position, out _))
        {
            return false;
        }

        byte[] block = new byte[SnapshotFormat.BlockHeaderLength
            + (SnapshotFormat.BlockEntriesMax * SnapshotFormat.EntryLength)];
        long offset = header.Length;
        while (true)
        {
            int length = file.Read(offset, block);
            if (length < SnapshotFormat.FooterLength)
            {
                return false;
            }

            uint count = BinaryPrimitives.ReadUInt32LittleEndian(block);
            if (count == SnapshotFormat.FooterMark)
            {
                return length == SnapshotFormat.FooterLength && SnapshotFormat.IsFooter(block, index.Count);
            }

            if (!TryReadBlock(block.AsSpan(0, length), count, index))
            {
                return false;
            }

            offset += SnapshotFormat.BlockHeaderLength + (count * SnapshotFormat.EntryLength);
        }
    }

    private static bool TryReadBlock(ReadOnlySpan<byte> block, uint count, MessageIndex index)
    {
        long length = SnapshotFormat.BlockHeaderLength + ((long)count * SnapshotFormat.EntryLength);
        if (count == 0 || length > block.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> entries = block[SnapshotFormat.BlockHeaderLength..(int)length];
        if (BinaryPrimitives.ReadUInt32LittleEndian(block[4..]) != SnapshotFormat.Checksum(entries))
        {
            return false;
        }

        for (; !entries.IsEmpty; entries = entries[SnapshotFormat.EntryLength..])
        {
            if (!index.TryAdd(SnapshotFormat.ReadEntry(entries, index.Clock)))
            {
                return false;
            }
        }

        return true;
    }
}
