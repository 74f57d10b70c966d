using System.Buffers.Binary;
using Relay.Queue.Records;

namespace Relay.Queue.Journal;

/// <summary>
/// The 40 octets in front of every record's body (docs/queue-format.md), little-endian:
/// kind u8, version u8, flags u16, crc32c u32, queue id u64, generation u32, body length u32, hint u64,
/// committedUntil u64. The checksum covers everything but itself, body included, and is seeded with the queue's salt.
/// </summary>
internal readonly struct RecordLayout
{
    /// <summary>Octets of the header.</summary>
    public const int Length = 40;

    /// <summary>The version that this program writes; it reads no other.</summary>
    public const byte Version = 1;

    private const int FlagsOffset = 2;
    private const int ChecksumOffset = 4;
    private const int QueueIdOffset = 8;
    private const int GenerationOffset = 16;
    private const int BodyLengthOffset = 20;
    private const int HintOffset = 24;
    private const int CommittedUntilOffset = 32;

    private RecordLayout(ReadOnlySpan<byte> record)
    {
        Header = new RecordHeader(
            (QueueRecordKind)record[0],
            BinaryPrimitives.ReadUInt16LittleEndian(record[FlagsOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(record[QueueIdOffset..]));
        Generation = BinaryPrimitives.ReadUInt32LittleEndian(record[GenerationOffset..]);
        BodyLength = BinaryPrimitives.ReadInt32LittleEndian(record[BodyLengthOffset..]);
        Hint = BinaryPrimitives.ReadInt64LittleEndian(record[HintOffset..]);
        CommittedUntil = BinaryPrimitives.ReadInt64LittleEndian(record[CommittedUntilOffset..]);
    }

    public RecordHeader Header { get; }

    /// <summary>Which opening of the journal wrote the record.</summary>
    public uint Generation { get; }

    public int BodyLength { get; }

    /// <summary>The log's tail when the record was written: behind its address by at most a segment.</summary>
    public long Hint { get; }

    /// <summary>
    /// The committed address when the record was written: a hole below it is damage, not a torn tail.
    /// </summary>
    public long CommittedUntil { get; }

    /// <summary>Completes a record whose body is already in place behind the header.</summary>
    /// <param name="record">Header and body, nothing else.</param>
    public static void Seal(
        Span<byte> record, in RecordHeader header, uint salt, uint generation, long hint, long committedUntil)
    {
        record[0] = (byte)header.Kind;
        record[1] = Version;
        BinaryPrimitives.WriteUInt16LittleEndian(record[FlagsOffset..], header.Flags);
        BinaryPrimitives.WriteUInt64LittleEndian(record[QueueIdOffset..], header.QueueId);
        BinaryPrimitives.WriteUInt32LittleEndian(record[GenerationOffset..], generation);
        BinaryPrimitives.WriteInt32LittleEndian(record[BodyLengthOffset..], record.Length - Length);
        BinaryPrimitives.WriteInt64LittleEndian(record[HintOffset..], hint);
        BinaryPrimitives.WriteInt64LittleEndian(record[CommittedUntilOffset..], committedUntil);
        BinaryPrimitives.WriteUInt32LittleEndian(record[ChecksumOffset..], Checksum(record, salt));
    }

    /// <summary>Reads and verifies a record; false if its octets cannot be trusted.</summary>
    /// <param name="record">Header and body, nothing else.</param>
    public static bool TryOpen(ReadOnlySpan<byte> record, uint salt, out RecordLayout layout)
    {
        if (record.Length < Length || record[1] != Version)
        {
            layout = default;
            return false;
        }

        layout = new RecordLayout(record);
        return layout.BodyLength == record.Length - Length
            && BinaryPrimitives.ReadUInt32LittleEndian(record[ChecksumOffset..]) == Checksum(record, salt);
    }

    /// <summary>
    /// Whether a header that starts here can belong to a record of this address: a cheap test before the checksum, and
    /// the one that tells a record from an older one that a recycled segment or a lost write left in its place.
    /// </summary>
    public static bool IsPlausible(ReadOnlySpan<byte> record, long address, in RecordLimits limits)
    {
        if (record.Length < Length || record[1] != Version)
        {
            return false;
        }

        uint generation = BinaryPrimitives.ReadUInt32LittleEndian(record[GenerationOffset..]);
        long ahead = BinaryPrimitives.ReadInt64LittleEndian(record[HintOffset..]) - address;
        return generation >= limits.GenerationMin
            && generation <= limits.GenerationMax
            && ahead > 0
            && ahead <= limits.HintDistanceMax;
    }

    /// <summary>The body length that a header claims, unverified.</summary>
    public static int PeekBodyLength(ReadOnlySpan<byte> record)
        => BinaryPrimitives.ReadInt32LittleEndian(record[BodyLengthOffset..]);

    private static uint Checksum(ReadOnlySpan<byte> record, uint salt)
        => Crc32C.Append(Crc32C.Append(salt, record[..ChecksumOffset]), record[QueueIdOffset..]);
}
