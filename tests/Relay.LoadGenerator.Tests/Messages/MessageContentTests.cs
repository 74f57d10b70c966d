using System.Text;
using Relay.LoadGenerator.Messages;
using Relay.LoadGenerator.Sink;

namespace Relay.LoadGenerator.Tests.Messages;

public class MessageContentTests
{
    private static readonly LoadId Id = new(7, 99);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(2048)]
    [InlineData(4097)]
    [InlineData(100_000)]
    public void Data_content_decodes_to_header_and_body_and_ends_with_the_dot_line(int size)
    {
        byte[] wire = Write(size, bdat: false);
        Assert.True(wire.AsSpan().EndsWith("\r\n.\r\n"u8));
        Assert.Equal(wire.Length - 5, wire.AsSpan().IndexOf("\r\n.\r\n"u8));
        byte[] decoded = Decode(wire, out int consumed);
        Assert.Equal(wire.Length, consumed);
        int bodyStart = decoded.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        Assert.Equal(MessageBodyTests.Body(Id, size, eightBit: false), decoded[bodyStart..]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2048)]
    [InlineData(100_000)]
    public void Bdat_content_is_announced_to_the_octet_and_not_stuffed(int size)
    {
        byte[] wire = Write(size, bdat: true);
        int commandEnd = wire.AsSpan().IndexOf("\r\n"u8) + 2;
        string[] command = Encoding.ASCII.GetString(wire, 0, commandEnd).Split(' ');
        Assert.Equal(["BDAT", $"{wire.Length - commandEnd}", "LAST\r\n"], command);
        int bodyStart = wire.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        Assert.Equal(MessageBodyTests.Body(Id, size, eightBit: false), wire[bodyStart..]);
    }

    [Fact]
    public void The_header_names_id_sequence_and_checksum()
    {
        string text = Encoding.ASCII.GetString(Write(500, bdat: false));
        Assert.StartsWith("From: <a@b>\r\nTo: <c@d>\r\nDate: ", text, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Load-Id: 00000007-00000063\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Load-Sequence: 00000063\r\n", text, StringComparison.Ordinal);
        ulong checksum = MessageBody.Checksum(Id, 500, eightBit: false);
        Assert.Contains($"\r\nX-Load-Checksum: {checksum:x16}\r\n", text, StringComparison.Ordinal);
    }

    internal static byte[] Write(long size, bool bdat)
    {
        var content = MessageContent.Begin(Id, size, eightBit: false, bdat);
        var header = new MessageHeader
        {
            From = "a@b"u8,
            To = "c@d"u8,
            FixedFields = MessageHeader.CreateFixedFields(DateTimeOffset.UnixEpoch, "subject"),
            SentMicroseconds = 1,
        };
        var wire = new MemoryStream();
        byte[] buffer = new byte[MessageContent.PieceMax + 500];
        while (!content.IsComplete)
        {
            wire.Write(buffer.AsSpan(0, content.Fill(buffer, header)));
        }

        return wire.ToArray();
    }

    private static byte[] Decode(byte[] wire, out int consumed)
    {
        var decoder = default(DotDecoder);
        decoder.Reset();
        var decoded = new MemoryStream();
        consumed = 0;
        bool ended = false;
        while (!ended)
        {
            ended = decoder.Read(wire.AsSpan(consumed), out int step, out ReadOnlySpan<byte> run);
            decoded.Write(run);
            consumed += step;
        }

        return decoded.ToArray();
    }
}
