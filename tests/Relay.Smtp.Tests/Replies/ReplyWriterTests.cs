using System.Buffers;
using Relay.Smtp.Replies;
using RepliesSent = Relay.Smtp.Replies.Replies;

namespace Relay.Smtp.Tests.Replies;

/// <summary>RFC 5321 §4.2 and §4.5.3.1.5.</summary>
public class ReplyWriterTests
{
    private readonly ArrayBufferWriter<byte> _output = new();

    private string Written => Octets.Text(_output.WrittenSpan);

    [Fact]
    public void Lines_have_code_enhanced_code_and_text()
    {
        ReplyWriter.WriteLine(_output, 250, EnhancedStatusCode.None, "first"u8, isLast: false);
        ReplyWriter.WriteLine(_output, 550, new EnhancedStatusCode(5, 71, 128), "last"u8);
        Assert.Equal("250-first\r\n550 5.71.128 last\r\n", Written);
    }

    [Fact]
    public void A_mailbox_a_number_and_two_names_are_inserted()
    {
        ReplyWriter.InsertMailbox(_output, RepliesSent.SenderOk, "a@b"u8);
        ReplyWriter.Insert(_output, RepliesSent.MessageTooLarge, 1000);
        ReplyWriter.Insert(_output, RepliesSent.Ehlo, "here"u8, "there [192.0.2.1]"u8);
        Assert.Equal(
            "250 2.1.0 <a@b>... Sender ok\r\n552 5.2.3 Message exceeds maximum fixed size (1000)\r\n"
            + "250-here Hello there [192.0.2.1], pleased to meet you\r\n",
            Written);
    }

    [Fact]
    public void Nothing_inserted_breaks_the_line()
    {
        ReplyWriter.Insert(_output, RepliesSent.CommandUnrecognized, Octets.Of("a\r\nb\0\x7F\xE9"));
        ReplyWriter.WriteLine(_output, Octets.Of("550 5.7.1 a\r\nb"));
        Assert.Equal("500 5.5.1 Command unrecognized: \"a??b???\"\r\n550 5.7.1 a??b\r\n", Written);
    }

    [Fact]
    public void A_utf8_mailbox_is_kept()
    {
        ReplyWriter.InsertMailbox(_output, RepliesSent.SenderOk, Octets.Utf8("jörg@b"));
        Assert.Equal(Octets.Utf8("250 2.1.0 <jörg@b>... Sender ok\r\n"), _output.WrittenSpan.ToArray());
    }

    [Fact]
    public void Long_texts_are_cut_to_512_octets_and_between_characters()
    {
        byte[] longText = Octets.Utf8("x" + new string('ö', 400));
        ReplyWriter.InsertMailbox(_output, RepliesSent.SenderOk, longText);
        ReplyWriter.WriteLine(_output, longText);
        ReplyWriter.WriteLine(_output, 550, new EnhancedStatusCode(5, 7, 1), longText);
        ReplyWriter.Insert(_output, RepliesSent.Ehlo, longText, longText);
        string text = System.Text.Encoding.UTF8.GetString(_output.WrittenSpan);
        Assert.DoesNotContain('\uFFFD', text);
        string[] lines = Written.Split("\r\n");
        Assert.Equal(5, lines.Length);
        Assert.All(lines, line => Assert.True(line.Length <= 510));
        Assert.EndsWith(">... Sender ok", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_is_a_reply_to_the_parser()
    {
        Properties.ForAll("ab\r\n2.0.0 -", 500, octets =>
        {
            var output = new ArrayBufferWriter<byte>();
            ReplyWriter.WriteLine(output, 250, new EnhancedStatusCode(2, 1, 5), octets, isLast: false);
            ReplyWriter.WriteLine(output, 250, EnhancedStatusCode.None, octets);
            var buffer = new ReadOnlySequence<byte>(output.WrittenMemory);
            Assert.Equal(ReplyStatus.Complete, ReplyParser.TryRead(buffer, out RemoteReply reply, out _));
            Assert.Equal(2, reply.LineCount);
            Assert.Equal("2.1.5", reply.EnhancedCode.ToString());
            Assert.Equal(buffer.Length, reply.Lines.Length);
        });
    }
}
