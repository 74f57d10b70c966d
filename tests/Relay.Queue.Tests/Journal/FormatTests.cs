using Relay.Queue.Journal;
using Relay.Queue.Records;

namespace Relay.Queue.Tests.Journal;

/// <summary>
/// Golden bytes: what is on disks out there. A change here is a new version of the format (docs/queue-format.md).
/// </summary>
public sealed class FormatTests
{
    [Fact]
    public void A_records_header_has_its_golden_bytes()
    {
        byte[] record = [.. new byte[RecordLayout.Length], .. "body"u8];
        RecordLayout.Seal(
            record,
            new RecordHeader(QueueRecordKind.Accept, 0x0201, 0x0807060504030201),
            salt: 0x12345678,
            generation: 0x0D0C0B0A,
            hint: 0x1122334455667788,
            committedUntil: 0x0102030405060708);
        Assert.Equal(
            "0101010254F07FF10102030405060708"
                + "0A0B0C0D0400000088776655443322110807060504030201626F6479",
            Convert.ToHexString(record));
    }

    [Fact]
    public void Every_bit_of_a_record_counts()
    {
        byte[] record = [.. new byte[RecordLayout.Length], .. "body"u8];
        RecordLayout.Seal(record, new RecordHeader(QueueRecordKind.State, 1, 2), 3, 4, 5, 6);
        Assert.True(RecordLayout.TryOpen(record, 3, out RecordLayout layout));
        Assert.Equal(new RecordHeader(QueueRecordKind.State, 1, 2), layout.Header);
        Assert.Equal((4u, 4, 5L, 6L), (layout.Generation, layout.BodyLength, layout.Hint, layout.CommittedUntil));
        Assert.False(RecordLayout.TryOpen(record, 4, out _));
        for (int bit = 0; bit < record.Length * 8; bit++)
        {
            byte[] flipped = [.. record];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(RecordLayout.TryOpen(flipped, 3, out _));
        }
    }

    [Fact]
    public void A_super_block_has_its_golden_bytes()
    {
        var block = new SuperBlock
        {
            Sequence = 0x0102030405060708,
            Salt = 0x11121314,
            Generation = 0x21222324,
            GenerationStart = 0x3132333435363738,
            Begin = 0x4142434445464748,
            DurableTail = 0x5152535455565758,
            ReservedQueueIds = 0x6162636465666768,
            SegmentSize = 0x7172737475767778,
            PageSize = 0x01828384,
            LastSegment = 0x01929394,
            IsClean = true,
        };
        byte[] slot = new byte[SuperBlock.SlotLength];
        block.Write(slot);
        Assert.Equal(
            "0052454C4159513101000000E4741BE8"
                + "080706050403020114131211242322213837363534333231"
                + "484746454443424158575655545352516867666564636261"
                + "787776757473727184838201949392010100000000000000",
            Convert.ToHexString(slot.AsSpan(0, 88)));
        Assert.Equal(-1, slot.AsSpan(88).IndexOfAnyExcept((byte)0));
        Assert.True(SuperBlock.TryRead(slot, out SuperBlock read));
        Assert.Equal(block, read);
        for (int i = 0; i < 4096; i += 7)
        {
            byte[] flipped = [.. slot];
            flipped[i] ^= 0x10;
            Assert.False(SuperBlock.TryRead(flipped, out _));
        }
    }

    [Fact]
    public void The_checksum_is_crc32c()
    {
        // RFC 3720 B.4: 32 octets of zeros.
        Assert.Equal(0x8A9136AAu, ~Crc32C.Append(uint.MaxValue, new byte[32]));
        byte[] ascending = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        Assert.Equal(0x46DD794Eu, ~Crc32C.Append(uint.MaxValue, ascending));
    }

    /// <summary>Stretches of 1,024 and 128 octets are summed up in threes; every length has its own mixture.</summary>
    [Fact]
    public void The_checksum_of_any_length_is_that_of_its_bits_one_by_one_and_can_go_on_anywhere()
    {
        byte[] octets = new byte[9000];
        new Random(3720).NextBytes(octets);
        const uint seed = 0x5EED_1234;
        uint expected = seed;
        for (int length = 0; length <= octets.Length; length++)
        {
            ReadOnlySpan<byte> data = octets.AsSpan(0, length);
            Assert.Equal(expected, Crc32C.Append(seed, data));
            int cut = length * 7 / 11;
            Assert.Equal(expected, Crc32C.Append(Crc32C.Append(seed, data[..cut]), data[cut..]));
            if (length < octets.Length)
            {
                expected = BitByBit(expected, octets[length]);
            }
        }
    }

    [Fact]
    public void Persisted_kinds_keep_their_values()
    {
        Assert.Equal(
            "Accept=1 Chunk=2 State=3 Done=4 Abort=5 Void=255",
            string.Join(' ', Enum.GetValues<QueueRecordKind>().Select(kind => $"{kind}={(byte)kind}")));
    }

    private static uint BitByBit(uint sum, byte octet)
    {
        sum ^= octet;
        for (int bit = 0; bit < 8; bit++)
        {
            sum = (sum & 1) != 0 ? (sum >> 1) ^ 0x82F6_3B78 : sum >> 1;
        }

        return sum;
    }
}
