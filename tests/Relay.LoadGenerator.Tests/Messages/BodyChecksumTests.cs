using Relay.LoadGenerator.Messages;

namespace Relay.LoadGenerator.Tests.Messages;

public class BodyChecksumTests
{
    [Fact]
    public void A_cut_at_any_position_does_not_change_the_checksum()
    {
        byte[] data = Data(150);
        ulong whole = Compute(data);
        for (int first = 0; first <= data.Length; first++)
        {
            for (int second = first; second <= data.Length; second += 7)
            {
                Assert.Equal(whole, Compute(data[..first], data[first..second], data[second..]));
            }
        }
    }

    [Fact]
    public void Every_single_bit_counts()
    {
        byte[] data = Data(150);
        ulong whole = Compute(data);
        for (int bit = 0; bit < data.Length * 8; bit++)
        {
            data[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(whole, Compute(data));
            data[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Missing_repeated_and_exchanged_parts_count()
    {
        byte[] data = Data(256);
        var seen = new HashSet<ulong> { Compute(data) };
        for (int length = 0; length < data.Length; length++)
        {
            Assert.True(seen.Add(Compute(data[..length])), $"prefix of {length}");
        }

        Assert.True(seen.Add(Compute(data[32..64], data[..32], data[64..])));
        Assert.True(seen.Add(Compute(data, [0])));
        Assert.True(seen.Add(Compute(data, new byte[32])));
        Assert.True(seen.Add(Compute(data, data)));
    }

    private static byte[] Data(int length)
    {
        byte[] data = new byte[length];
        new Random(1).NextBytes(data);
        return data;
    }

    private static ulong Compute(params byte[][] parts)
    {
        var checksum = default(BodyChecksum);
        foreach (byte[] part in parts)
        {
            checksum.Append(part);
        }

        return checksum.Finish();
    }
}
