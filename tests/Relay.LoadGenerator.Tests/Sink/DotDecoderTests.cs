using System.Text;
using Relay.LoadGenerator.Sink;

namespace Relay.LoadGenerator.Tests.Sink;

public class DotDecoderTests
{
    public static TheoryData<string, string, string> Contents => new()
    {
        { ".\r\n", "", "" },
        { "a\r\n.\r\nQUIT\r\n", "a\r\n", "QUIT\r\n" },
        { "a\r\n..\r\n.\r\n", "a\r\n.\r\n", "" },
        { "..a\r\n.b\r\n.\r\n", ".a\r\nb\r\n", "" },
        { "a\r\n.\rx\r\n.\r\n", "a\r\n\rx\r\n", "" },
        { "a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n", "" },
        { "a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n", "" },
        { "a\r.\r\n\r\n.\r\n", "a\r.\r\n\r\n", "" },
        { "\r\r\n.\r\n", "\r\r\n", "" },
        { "a\r\n.\r\r\n.\r\n", "a\r\n\r\r\n", "" },
        { "a\r\n\r\n.\r\n.\r\n", "a\r\n\r\n", ".\r\n" },
    };

    [Theory]
    [MemberData(nameof(Contents))]
    public void Only_CRLF_dot_CRLF_ends_content_wherever_it_is_cut(string wire, string decoded, string rest)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(wire);
        for (int first = 0; first <= bytes.Length; first++)
        {
            for (int second = first; second <= bytes.Length; second++)
            {
                Assert.Equal((decoded, rest), Decode([bytes[..first], bytes[first..second], bytes[second..]]));
            }
        }
    }

    private static (string Decoded, string Left) Decode(byte[][] parts)
    {
        var decoder = default(DotDecoder);
        decoder.Reset();
        var decoded = new StringBuilder();
        var left = new StringBuilder();
        bool ended = false;
        foreach (byte[] part in parts)
        {
            int position = 0;
            while (!ended && position < part.Length)
            {
                ended = decoder.Read(part.AsSpan(position), out int consumed, out ReadOnlySpan<byte> run);
                decoded.Append(Encoding.ASCII.GetString(run));
                position += consumed;
            }

            left.Append(Encoding.ASCII.GetString(part.AsSpan(position)));
        }

        Assert.True(ended);
        return (decoded.ToString(), left.ToString());
    }
}
