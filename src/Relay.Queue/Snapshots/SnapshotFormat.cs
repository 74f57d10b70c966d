using System.Buffers.Binary;
using Relay.Queue.Index;
using Relay.Queue.Journal;

namespace Relay.Queue.Snapshots;

/// <summary>
/// The octets of a snapshot of the index (docs/queue-format.md): a header, blocks of up to 1024 entries, a footer with
/// the count; each with a checksum. Little-endian.
/// </summary>
internal static class SnapshotFormat
{
    public const int HeaderLength = 40;
    public const int BlockHeaderLength = 8;
    public const int EntryLength = 48;
    public const int BlockEntriesMax = 1024;
    public const int FooterLength = 16;

    /// <summary>In place of a block's count: the footer follows.</summary>
    public const uint FooterMark = uint.MaxValue;

    // "RELAYIDX" as the file shows it.
    private const ulong Magic = 0x5844_4959_414C_4552;
    private const uint Version = 1;
    private const uint Seed = 0x9E37_79B9;

    /// <summary>
    /// u64 magic, u32 version, u32 entry length, u64 replay address, u32 generation, u64 sequence, u32 checksum.
    /// </summary>
    public static void WriteHeader(Span<byte> header, JournalPosition position, long sequence)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], EntryLength);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], position.Address);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], position.Generation);
        BinaryPrimitives.WriteInt64LittleEndian(header[28..], sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(header[36..], Checksum(header[..36]));
    }

    public static bool TryReadHeader(ReadOnlySpan<byte> header, out JournalPosition position, out long sequence)
    {
        position = new JournalPosition(
            BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[24..]));
        sequence = BinaryPrimitives.ReadInt64LittleEndian(header[28..]);
        return BinaryPrimitives.ReadUInt64LittleEndian(header) == Magic
            && BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) == Version
            && BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) == EntryLength
            && BinaryPrimitives.ReadUInt32LittleEndian(header[36..]) == Checksum(header[..36]);
    }

    /// <summary>
    /// u64 queue id, u64 Accept address, u64 State address, u64 next attempt (ms since 1970, 0 at once), u32 stored
    /// length, u16 segment span, u16 attempts, u16 unfinished recipients, u8 flags (1 held, 2 quarantined), u8 state
    /// depth, u32 zero.
    /// </summary>
    public static void WriteEntry(Span<byte> target, in IndexEntry entry, AttemptClock clock)
    {
        bool waits = !entry.Has(EntryFlags.Claimed) && entry.NextAttempt is not (0 or IndexEntry.NoAttempt);
        BinaryPrimitives.WriteUInt64LittleEndian(target, entry.Id);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], entry.AcceptAddress);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], entry.StateAddress);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], waits ? clock.ToMilliseconds(entry.NextAttempt) : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(target[32..], entry.Length.Bits);
        BinaryPrimitives.WriteUInt16LittleEndian(target[36..], (ushort)entry.SegmentSpan);
        BinaryPrimitives.WriteUInt16LittleEndian(target[38..], entry.Attempts);
        BinaryPrimitives.WriteUInt16LittleEndian(target[40..], entry.Unfinished);
        target[42] = (byte)(entry.Flags & (EntryFlags.Held | EntryFlags.Quarantined));
        target[43] = (byte)entry.StateDepth;
        BinaryPrimitives.WriteUInt32LittleEndian(target[44..], 0);
    }

    public static IndexEntry ReadEntry(ReadOnlySpan<byte> source, AttemptClock clock)
    {
        long next = BinaryPrimitives.ReadInt64LittleEndian(source[24..]);
        return new IndexEntry
        {
            Id = BinaryPrimitives.ReadUInt64LittleEndian(source),
            AcceptAddress = BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            StateAddress = BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            NextAttempt = next == 0 ? 0 : clock.ToTick(next),
            Length = new StoredLength(BinaryPrimitives.ReadUInt32LittleEndian(source[32..])),
            SegmentSpan = BinaryPrimitives.ReadUInt16LittleEndian(source[36..]),
            Attempts = BinaryPrimitives.ReadUInt16LittleEndian(source[38..]),
            Unfinished = BinaryPrimitives.ReadUInt16LittleEndian(source[40..]),
            Flags = (EntryFlags)source[42] & (EntryFlags.Held | EntryFlags.Quarantined),
            StateDepth = Math.Min((int)source[43], IndexEntry.StateDepthMax),
        };
    }

    /// <summary>u32 footer mark, u32 checksum of the count, u64 count of entries.</summary>
    public static void WriteFooter(Span<byte> footer, long count)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(footer, FooterMark);
        BinaryPrimitives.WriteInt64LittleEndian(footer[8..], count);
        BinaryPrimitives.WriteUInt32LittleEndian(footer[4..], Checksum(footer[8..FooterLength]));
    }

    public static bool IsFooter(ReadOnlySpan<byte> footer, long count) =>
        BinaryPrimitives.ReadInt64LittleEndian(footer[8..]) == count
        && BinaryPrimitives.ReadUInt32LittleEndian(footer[4..]) == Checksum(footer[8..FooterLength]);

    public static uint Checksum(ReadOnlySpan<byte> octets) => Crc32C.Append(Seed, octets);
}
