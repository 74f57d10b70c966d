using Relay.LoadGenerator.Messages;

namespace Relay.LoadGenerator.Tests.Messages;

public class MessageBodyTests
{
    private static readonly LoadId Id = new(0xabcdef01, 42);

    [Fact]
    public void Every_size_is_met_exactly_and_made_of_proper_lines()
    {
        for (int size = 2; size < 9000; size += size is > 300 and < 4000 or > 4400 and < 8000 ? 13 : 1)
        {
            AssertProperLines(Body(Id, size, eightBit: false), size);
        }

        AssertProperLines(Body(Id, 100_001, eightBit: true), 100_001);
    }

    [Fact]
    public void Sizes_zero_and_one()
    {
        Assert.Equal(0, MessageBody.BlockCount(0));
        Assert.Equal(2, MessageBody.Normalize(1));
        Assert.Equal("\r\n"u8.ToArray(), Body(Id, 2, eightBit: false));
    }

    [Fact]
    public void No_block_of_a_message_equals_a_block_of_another()
    {
        var seen = new HashSet<string>();
        for (uint sequence = 0; sequence < 40; sequence++)
        {
            byte[] body = Body(new LoadId(1, sequence), 40_000, eightBit: false);
            foreach (byte[] block in body.Chunk(MessageBody.BlockSize))
            {
                Assert.True(seen.Add(Convert.ToHexString(block)));
            }
        }
    }

    [Fact]
    public void The_announced_checksum_is_that_of_the_body()
    {
        foreach (int size in (int[])[0, 2, 97, 2048, 4096, 4097, 65_536])
        {
            var checksum = default(BodyChecksum);
            checksum.Append(Body(Id, size, eightBit: true));
            Assert.Equal(checksum.Finish(), MessageBody.Checksum(Id, size, eightBit: true));
        }
    }

    [Fact]
    public void Eight_bit_bodies_have_high_octets_and_others_have_none()
    {
        Assert.Contains(Body(Id, 4000, eightBit: true), octet => octet > 127);
        Assert.DoesNotContain(Body(Id, 100_000, eightBit: false), octet => octet is > 127 or 0);
    }

    internal static byte[] Body(LoadId id, long size, bool eightBit)
    {
        byte[] body = new byte[size];
        int position = 0;
        for (int block = 0; block < MessageBody.BlockCount(size); block++)
        {
            position += MessageBody.WriteBlock(body.AsSpan(position), id, size, block, eightBit);
        }

        Assert.Equal(size, position);
        return body;
    }

    private static void AssertProperLines(byte[] body, int size)
    {
        Assert.Equal(size, body.Length);
        Assert.True(body.AsSpan().EndsWith("\r\n"u8));
        int lineStart = 0;
        for (int i = 0; i < body.Length; i++)
        {
            if (body[i] == '\n')
            {
                Assert.True(i > 0 && body[i - 1] == '\r', $"bare LF at {i} of {size}");
                Assert.True(i - lineStart < 998);
                lineStart = i + 1;
            }
            else if (body[i] == '\r')
            {
                Assert.True(i + 1 < body.Length && body[i + 1] == '\n', $"bare CR at {i} of {size}");
            }
            else if (i == lineStart && body[i] == '.')
            {
                Assert.Equal(0, i % MessageBody.BlockSize); // only there does the writer double it
            }
        }
    }
}
