using System.Buffers;
using Relay.Smtp.Replies;
using Relay.Testing;

namespace Relay.Smtp.Tests.Replies;

/// <summary>RFC 5321 §4.2 and RFC 2034 §3, as a client reads them.</summary>
public class ReplyParserTests
{
    [Theory]
    [InlineData("250 OK\r\n", 250, "", 1, "OK", "250 OK")]
    [InlineData("250\r\n", 250, "", 1, "", "250")]
    [InlineData("250 \r\n", 250, "", 1, "", "250")]
    [InlineData("354 go on\r\n", 354, "", 1, "go on", "354 go on")]
    [InlineData("250 2.1.5 Ok\r\n", 250, "2.1.5", 1, "Ok", "250 2.1.5 Ok")]
    [InlineData("250 2.1.5\r\n", 250, "2.1.5", 1, "", "250 2.1.5")]
    [InlineData("550 5.10.999 x\r\n", 550, "5.10.999", 1, "x", "550 5.10.999 x")]
    [InlineData("550 4.1.1 x\r\n", 550, "", 1, "4.1.1 x", "550 4.1.1 x")]
    [InlineData("550 5.1.1000 x\r\n", 550, "", 1, "5.1.1000 x", "550 5.1.1000 x")]
    [InlineData("550 5.1.1x\r\n", 550, "", 1, "5.1.1x", "550 5.1.1x")]
    [InlineData("354 3.0.0 x\r\n", 354, "", 1, "3.0.0 x", "354 3.0.0 x")]
    [InlineData("250-a\r\n250-\r\n250 b\r\n", 250, "", 3, "a b", "250 a b")]
    [InlineData("250-a\r\n250\r\n", 250, "", 2, "a", "250 a")]
    [InlineData("550-5.1.1 no\r\n550 5.1.1 such user\r\n", 550, "5.1.1", 2, "no such user", "550 5.1.1 no such user")]
    [InlineData("571 a\tb\xE9\0\r\n", 571, "", 1, "a?b??", "571 a?b??")]
    public void A_whole_reply_is_read(
        string input, int code, string enhancedCode, int lines, string text, string diagnostic)
    {
        foreach (ReadOnlySequence<byte> buffer in SequenceVariants.Of(Octets.Of(input + "250 next\r\n")))
        {
            Assert.Equal(ReplyStatus.Complete, ReplyParser.TryRead(buffer, out RemoteReply reply, out var consumed));
            Assert.Equal(input.Length, buffer.Slice(0, consumed).Length);
            Assert.Equal(code, reply.Code);
            Assert.Equal(enhancedCode, reply.EnhancedCode.ToString());
            Assert.Equal(lines, reply.LineCount);
            byte[] copy = new byte[200];
            Assert.Equal(text, Octets.Text(copy.AsSpan(0, reply.CopyText(copy))));
            Assert.Equal(diagnostic, Octets.Text(copy.AsSpan(0, reply.CopyDiagnostic(copy))));
            Assert.Equal(diagnostic[..3], Octets.Text(copy.AsSpan(0, reply.CopyDiagnostic(copy.AsSpan(0, 3)))));
        }
    }

    [Theory]
    [InlineData("250 a\n")]
    [InlineData("250 a\rb\r\n")]
    [InlineData("250-a\n250 b\r\n")]
    [InlineData("250-a\r\n251 b\r\n")]
    [InlineData("250-a\r\n550 b\r\n")]
    [InlineData("150 a\r\n")]
    [InlineData("650 a\r\n")]
    [InlineData("25 a\r\n")]
    [InlineData("2\r\n")]
    [InlineData("\r\n")]
    [InlineData("2500 a\r\n")]
    [InlineData("250+a\r\n")]
    [InlineData("250\ta\r\n")]
    [InlineData(" 250 a\r\n")]
    [InlineData("-ERR\r\n")]
    [InlineData("HTTP/1.0 400 Bad Request\r\n")]
    [InlineData("x")]
    [InlineData("250-a\r\nx")]
    [InlineData("250-a\r\n25x")]
    [InlineData("\n")]
    public void What_is_no_reply_is_malformed_as_soon_as_it_can_be_known(string input)
    {
        foreach (ReadOnlySequence<byte> buffer in SequenceVariants.Of(Octets.Of(input)))
        {
            Assert.Equal(ReplyStatus.Malformed, ReplyParser.TryRead(buffer, out _, out SequencePosition consumed));
            Assert.Equal(0, buffer.Slice(0, consumed).Length);
        }
    }

    [Fact]
    public void Every_beginning_of_a_reply_needs_more_data()
    {
        byte[] whole = Octets.Of("250-2.0.0 first\r\n250-\r\n250 2.0.0 last\r\n");
        for (int length = 0; length < whole.Length; length++)
        {
            foreach (ReadOnlySequence<byte> buffer in SequenceVariants.Of(whole[..length]))
            {
                Assert.Equal(ReplyStatus.NeedMoreData, ReplyParser.TryRead(buffer, out _, out _));
            }
        }
    }

    [Fact]
    public void A_line_a_count_and_a_reply_that_exceed_their_limits_are_too_long()
    {
        string longest = "250 " + new string('x', ReplyParser.LineLengthMax - 6);
        Assert.Equal(ReplyStatus.Complete, Read(longest + "\r\n"));
        Assert.Equal(ReplyStatus.TooLong, Read(longest + "x\r\n"));
        Assert.Equal(ReplyStatus.TooLong, Read(longest + "xx"));
        Assert.Equal(ReplyStatus.TooLong, Read(longest + "x\r"));

        string lines = string.Concat(Enumerable.Repeat("250-x\r\n", ReplyParser.LineCountMax - 1));
        Assert.Equal(ReplyStatus.Complete, Read(lines + "250 x\r\n"));
        Assert.Equal(ReplyStatus.TooLong, Read(lines + "250-x\r\n"));

        string large = string.Concat(Enumerable.Repeat("250-" + new string('x', 1000) + "\r\n", 17));
        Assert.Equal(ReplyStatus.TooLong, Read(large));

        static ReplyStatus Read(string input) =>
            ReplyParser.TryRead(new ReadOnlySequence<byte>(Octets.Of(input)), out _, out _);
    }

    [Fact]
    public void Garbage_never_makes_it_throw_and_is_the_same_however_it_is_cut()
    {
        Properties.ForAll("2550 --..\r\n\r\n15", 1000, octets =>
        {
            byte[] input = [.. "250"u8, .. octets];
            byte[] copy = new byte[40];
            ReplyStatus expected = ReplyParser.TryRead(new ReadOnlySequence<byte>(input), out _, out _);
            foreach (ReadOnlySequence<byte> buffer in SequenceVariants.Of(input))
            {
                Assert.Equal(expected, ReplyParser.TryRead(buffer, out RemoteReply reply, out _));
                if (expected == ReplyStatus.Complete)
                {
                    reply.CopyText(copy);
                    reply.CopyDiagnostic(copy);
                    EhloResponse.Parse(reply);
                }
            }
        });
    }

    [Fact]
    public void Random_octets_never_make_it_throw()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        byte[] input = new byte[20_000];
        for (int round = 0; round < 200; round++)
        {
            random.NextBytes(input);
            if (round % 2 == 0)
            {
                "250-"u8.CopyTo(input);
                input.AsSpan(4).Replace((byte)'\r', (byte)'x');
                input.AsSpan(4).Replace((byte)'\n', (byte)'x');
            }

            ReplyStatus status = ReplyParser.TryRead(new ReadOnlySequence<byte>(input), out _, out _);
            Assert.True(status is ReplyStatus.Malformed or ReplyStatus.TooLong, $"seed {seed}");
        }
    }
}
