using System.Buffers;
using Relay.Smtp.Data;
using Relay.Testing;

namespace Relay.Smtp.Tests.Data;

/// <summary>RFC 5321 §4.5.2.</summary>
public class DotStufferTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData(".", "..\r\n", 1)]
    [InlineData(".\r\n", "..\r\n", 1)]
    [InlineData("a.b\r\n", "a.b\r\n", 0)]
    [InlineData("a\r\n.b\r\n..c\r\n", "a\r\n..b\r\n...c\r\n", 2)]
    [InlineData("\r\n.\r\n", "\r\n..\r\n", 1)]
    [InlineData("a", "a\r\n", 0)]
    [InlineData("a\r\n.", "a\r\n..\r\n", 1)]
    [InlineData("a\n.b\r.c\r\n", "a\n.b\r.c\r\n", 0)]
    public void Lines_that_begin_with_a_dot_get_another_and_the_end_a_crlf(string content, string wire, int dots)
    {
        foreach (ReadOnlySequence<byte> sequence in SequenceVariants.Of(Octets.Of(content)))
        {
            var output = new ArrayBufferWriter<byte>();
            var stuffer = default(DotStuffer);
            stuffer.Write(sequence, output);
            stuffer.Complete(output);
            Assert.Equal(wire, Octets.Text(output.WrittenSpan));
            Assert.Equal(dots, stuffer.StuffedDotCount);
        }
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("..\r\n", ".\r\n")]
    [InlineData(".a\r\nb\r\n", "a\r\nb\r\n")]
    [InlineData("a\r\n..b\r\n...c\r\n", "a\r\n.b\r\n..c\r\n")]
    [InlineData("a\n.b\r\n", "a\n.b\r\n")]
    public void The_first_dot_of_a_line_goes(string wire, string content)
    {
        foreach (ReadOnlySequence<byte> sequence in SequenceVariants.Of(Octets.Of(wire)))
        {
            var output = new ArrayBufferWriter<byte>();
            var unstuffer = default(DotUnstuffer);
            unstuffer.Write(sequence, output);
            Assert.Equal(content, Octets.Text(output.WrittenSpan));
            Assert.Equal(wire.Length - content.Length, unstuffer.RemovedDotCount);
        }
    }

    [Fact]
    public void Stuffed_content_never_holds_the_end_of_data_and_unstuffing_gives_it_back()
    {
        Properties.ForAll("\r\n.\r\n.ab", 2000, octets =>
        {
            byte[] content = [.. octets, .. "\r\n"u8];
            var wire = new ArrayBufferWriter<byte>();
            var stuffer = default(DotStuffer);
            stuffer.Write(octets, wire);
            stuffer.Write("\r\n"u8, wire);
            stuffer.Complete(wire);

            var scanner = default(ContentScanner);
            Assert.False(scanner.Scan(wire.WrittenSpan, out _));
            Assert.Equal(stuffer.StuffedDotCount, scanner.StuffedDotCount);
            Assert.True(scanner.Scan(".\r\n"u8, out _));

            var back = new ArrayBufferWriter<byte>();
            var unstuffer = default(DotUnstuffer);
            unstuffer.Write(SequenceVariants.InPiecesOf(7, wire.WrittenSpan.ToArray()), back);
            Assert.Equal(content, back.WrittenSpan.ToArray());
        });
    }
}
