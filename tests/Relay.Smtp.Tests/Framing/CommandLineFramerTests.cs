using System.Buffers;
using Relay.Smtp.Framing;
using Relay.Testing;

namespace Relay.Smtp.Tests.Framing;

/// <summary>RFC 5321 §2.3.8 and §4.5.3.1.4.</summary>
public class CommandLineFramerTests
{
    [Theory]
    [InlineData("NOOP\r\n", "NOOP", 6)]
    [InlineData("\r\n", "", 2)]
    [InlineData("NOOP\r\nQUIT\r\n", "NOOP", 6)]
    [InlineData("NOOP\r\nQ\nUIT\r\n", "NOOP", 6)]
    [InlineData("a\0b\x80\r\n", "a\0b\x80", 6)]
    public void A_line_ends_at_its_first_crlf(string input, string expected, int length)
    {
        foreach (ReadOnlySequence<byte> buffer in SequenceVariants.Of(Octets.Of(input)))
        {
            LineStatus status = CommandLineFramer.TryReadLine(
                buffer,
                512,
                out ReadOnlySequence<byte> line,
                out SequencePosition consumed);
            Assert.Equal(LineStatus.Complete, status);
            Assert.Equal(expected, Octets.Text(line.ToArray()));
            Assert.Equal(length, buffer.Slice(0, consumed).Length);
        }
    }

    [Theory]
    [InlineData("", LineStatus.NeedMoreData)]
    [InlineData("NOOP", LineStatus.NeedMoreData)]
    [InlineData("NOOP\r", LineStatus.NeedMoreData)]
    [InlineData("\r", LineStatus.NeedMoreData)]
    [InlineData("\n", LineStatus.BareLineEnding)]
    [InlineData("NOOP\n", LineStatus.BareLineEnding)]
    [InlineData("NOOP\nQUIT\r\n", LineStatus.BareLineEnding)]
    [InlineData("NOOP\rQUIT\r\n", LineStatus.BareLineEnding)]
    [InlineData("NOOP\r\r\n", LineStatus.BareLineEnding)]
    [InlineData("\r\r", LineStatus.BareLineEnding)]
    public void What_is_not_a_line_is_told_apart_and_not_consumed(string input, LineStatus expected)
    {
        foreach (ReadOnlySequence<byte> buffer in SequenceVariants.Of(Octets.Of(input)))
        {
            LineStatus status = CommandLineFramer.TryReadLine(buffer, 512, out _, out SequencePosition consumed);
            Assert.Equal(expected, status);
            Assert.Equal(0, buffer.Slice(0, consumed).Length);
        }
    }

    [Theory]
    [InlineData("12345678\r\n", LineStatus.Complete)]
    [InlineData("123456789\r\n", LineStatus.TooLong)]
    [InlineData("123456789\r", LineStatus.TooLong)]
    [InlineData("1234567890", LineStatus.TooLong)]
    [InlineData("123456789", LineStatus.NeedMoreData)]
    [InlineData("12345678\r", LineStatus.NeedMoreData)]
    [InlineData("123456789\n", LineStatus.BareLineEnding)]
    [InlineData("1234567890\n", LineStatus.TooLong)]
    [InlineData("12345678901234567890\r\n", LineStatus.TooLong)]
    public void The_limit_counts_the_crlf_and_nothing_behind_it_is_looked_at(string input, LineStatus expected)
    {
        foreach (ReadOnlySequence<byte> buffer in SequenceVariants.Of(Octets.Of(input)))
        {
            Assert.Equal(expected, CommandLineFramer.TryReadLine(buffer, 10, out _, out _));
        }
    }

    [Theory]
    [InlineData("", 0, false)]
    [InlineData("abc", 3, false)]
    [InlineData("abc\r", 3, false)]
    [InlineData("a\rb\nc\r\nNOOP\r\n", 7, true)]
    [InlineData("\r\r\n", 3, true)]
    [InlineData("\n\r\n", 3, true)]
    public void Discarding_ends_behind_the_next_crlf_and_keeps_a_last_cr(string input, int length, bool expected)
    {
        foreach (ReadOnlySequence<byte> buffer in SequenceVariants.Of(Octets.Of(input)))
        {
            Assert.Equal(expected, CommandLineFramer.TryDiscardLine(buffer, out SequencePosition consumed));
            Assert.Equal(length, buffer.Slice(0, consumed).Length);
        }
    }

    [Fact]
    public void Any_octets_give_the_same_result_however_they_are_cut()
    {
        Properties.ForAll("ab\r\n", 300, octets =>
        {
            var uncut = new ReadOnlySequence<byte>(octets);
            LineStatus expected = CommandLineFramer.TryReadLine(uncut, 20, out ReadOnlySequence<byte> whole, out _);
            foreach (ReadOnlySequence<byte> buffer in SequenceVariants.Of(octets))
            {
                LineStatus status = CommandLineFramer.TryReadLine(buffer, 20, out ReadOnlySequence<byte> line, out _);
                Assert.Equal(expected, status);
                Assert.Equal(whole.ToArray(), line.ToArray());
            }
        });
    }
}
