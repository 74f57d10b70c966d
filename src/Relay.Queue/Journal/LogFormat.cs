using System.Buffers.Binary;

namespace Relay.Queue.Journal;

/// <summary>
/// How FASTER lays entries into pages: checksum u64 (not ours), length i32, payload, padding to 4 octets.
/// </summary>
internal static class LogFormat
{
    /// <summary>The first address of a log.</summary>
    public const long FirstAddress = 64;

    /// <summary>Octets in front of each payload.</summary>
    public const int EntryHeaderLength = 12;

    private const int LengthOffset = 8;
    private const int Alignment = 4;

    /// <summary>The shortest entry that can hold a record.</summary>
    public const int EntryLengthMin = EntryHeaderLength + RecordLayout.Length;

    public static int ReadPayloadLength(ReadOnlySpan<byte> entry)
        => BinaryPrimitives.ReadInt32LittleEndian(entry[LengthOffset..]);

    public static void WritePayloadLength(Span<byte> entry, int length)
        => BinaryPrimitives.WriteInt32LittleEndian(entry[LengthOffset..], length);

    /// <summary>What an entry occupies in the log.</summary>
    public static int EntryLength(int payloadLength)
        => EntryHeaderLength + ((payloadLength + Alignment - 1) & -Alignment);

    /// <summary>The page that suits a segment: 4 MiB for 64 MiB, at least 256 KiB.</summary>
    public static int PageSizeFor(long segmentSize) => (int)Math.Clamp(segmentSize / 16, 256 << 10, 4 << 20);

    /// <summary>
    /// Room that is kept for states behind what the buffer may hold, so that a queue without space drains: 128 MiB for
    /// the states of some two million messages, half a segment where segments are smaller than 64 MiB (small disks).
    /// </summary>
    public static long ReserveFor(long segmentSize)
        => segmentSize < 64L << 20 ? segmentSize / 2 : Math.Max(segmentSize / 2, 128L << 20);

    /// <summary>
    /// FASTER's buffer: at most a segment, so that a record's hint is never further than a segment from its address.
    /// It goes round through memory, so more than the processor's caches hold costs more per octet; less than four
    /// pages would make appends wait for the disk.
    /// </summary>
    public static long MemorySizeFor(long segmentSize) => Math.Min(segmentSize, 16L << 20);
}
