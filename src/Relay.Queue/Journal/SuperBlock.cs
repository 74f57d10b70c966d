using System.Buffers.Binary;

namespace Relay.Queue.Journal;

/// <summary>
/// What the journal must know before it reads a record (docs/queue-format.md): one 4 KiB slot of q.super. An immutable
/// value; every change is a new one with the next <see cref="Sequence"/>.
/// </summary>
internal sealed record SuperBlock
{
    /// <summary>
    /// Octets of a slot; one sector that no device tears into a valid mixture, thanks to the checksum.
    /// </summary>
    public const int SlotLength = 4096;

    private const ulong Magic = 0x31_51_59_41_4C_45_52_00; // "\0RELAYQ1"
    private const uint Version = 1;
    private const int ChecksumOffset = 12;
    private const int BodyOffset = 16;

    /// <summary>The higher of two valid slots counts.</summary>
    public ulong Sequence { get; init; }

    /// <summary>Seeds every record's checksum; random, so that content cannot forge a record.</summary>
    public uint Salt { get; init; }

    /// <summary>Grows by one at every opening, durably before the first append.</summary>
    public uint Generation { get; init; }

    /// <summary>
    /// Where the records of <see cref="Generation"/> begin: none of an older one counts from here on.
    /// </summary>
    public long GenerationStart { get; init; }

    /// <summary>Everything below is given up; segments wholly below may be recycled.</summary>
    public long Begin { get; init; }

    /// <summary>Everything below is durable: what is missing there is damage.</summary>
    public long DurableTail { get; init; }

    /// <summary>Ids below may have been given out.</summary>
    public ulong ReservedQueueIds { get; init; }

    public long SegmentSize { get; init; }

    public int PageSize { get; init; }

    /// <summary>
    /// The highest segment that the log was ever allowed to write: all from begin to here must exist.
    /// </summary>
    public int LastSegment { get; init; }

    /// <summary>The journal was closed in order: <see cref="DurableTail"/> is the exact end.</summary>
    public bool IsClean { get; init; }

    public static bool TryRead(ReadOnlySpan<byte> slot, out SuperBlock block)
    {
        block = null!;
        if (slot.Length < SlotLength
            || BinaryPrimitives.ReadUInt64LittleEndian(slot) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(slot[8..]) != Version
            || BinaryPrimitives.ReadUInt32LittleEndian(slot[ChecksumOffset..]) != Checksum(slot[..SlotLength]))
        {
            return false;
        }

        block = new SuperBlock
        {
            Sequence = BinaryPrimitives.ReadUInt64LittleEndian(slot[16..]),
            Salt = BinaryPrimitives.ReadUInt32LittleEndian(slot[24..]),
            Generation = BinaryPrimitives.ReadUInt32LittleEndian(slot[28..]),
            GenerationStart = BinaryPrimitives.ReadInt64LittleEndian(slot[32..]),
            Begin = BinaryPrimitives.ReadInt64LittleEndian(slot[40..]),
            DurableTail = BinaryPrimitives.ReadInt64LittleEndian(slot[48..]),
            ReservedQueueIds = BinaryPrimitives.ReadUInt64LittleEndian(slot[56..]),
            SegmentSize = BinaryPrimitives.ReadInt64LittleEndian(slot[64..]),
            PageSize = BinaryPrimitives.ReadInt32LittleEndian(slot[72..]),
            LastSegment = BinaryPrimitives.ReadInt32LittleEndian(slot[76..]),
            IsClean = slot[80] != 0,
        };
        return true;
    }

    public void Write(Span<byte> slot)
    {
        slot = slot[..SlotLength];
        slot.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(slot, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[8..], Version);
        BinaryPrimitives.WriteUInt64LittleEndian(slot[16..], Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[24..], Salt);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[28..], Generation);
        BinaryPrimitives.WriteInt64LittleEndian(slot[32..], GenerationStart);
        BinaryPrimitives.WriteInt64LittleEndian(slot[40..], Begin);
        BinaryPrimitives.WriteInt64LittleEndian(slot[48..], DurableTail);
        BinaryPrimitives.WriteUInt64LittleEndian(slot[56..], ReservedQueueIds);
        BinaryPrimitives.WriteInt64LittleEndian(slot[64..], SegmentSize);
        BinaryPrimitives.WriteInt32LittleEndian(slot[72..], PageSize);
        BinaryPrimitives.WriteInt32LittleEndian(slot[76..], LastSegment);
        slot[80] = IsClean ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(slot[ChecksumOffset..], Checksum(slot));
    }

    private static uint Checksum(ReadOnlySpan<byte> slot)
        => Crc32C.Append(Crc32C.Append(uint.MaxValue, slot[..ChecksumOffset]), slot[BodyOffset..]);
}
