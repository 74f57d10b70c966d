using System.Text;
using System.Text.Json;

namespace Relay.Logging.Tests;

/// <summary>The JSON form: every line is one valid object (RFC 8259), whatever the peer sent.</summary>
public class JsonFormatterTests
{
    [Fact]
    public void A_delivered_message_is_one_object()
    {
        string line = MailLogLines.Of(MailLogFormat.Json, static (ref MailEvent e) =>
        {
            e.Kind = MailEventKind.Delivered;
            e.QueueId = "1K3ABCDEF00001"u8;
            e.Recipient = "c@d.example"u8;
            e.Peer = "mx.example [192.0.2.9]"u8;
            e.Delay = TimeSpan.FromMilliseconds(61_005);
            e.Size = 12;
            e.RecipientCount = 3;
            e.HasReversePath = true;
            e.Reply = "250 ok"u8;
        });

        Assert.Equal(
            "{\"time\":\"2026-11-20T21:48:02.123Z\",\"event\":\"delivered\",\"id\":\"1K3ABCDEF00001\","
            + "\"to\":\"c@d.example\",\"from\":\"\",\"nrcpts\":3,\"size\":12,\"relay\":\"mx.example [192.0.2.9]\","
            + "\"delay\":61.005,\"code\":250,\"reply\":\"250 ok\"}\n",
            line);
    }

    [Theory]
    [InlineData("\",\"event\":\"delivered")]
    [InlineData("back\\slash \"quoted\" <b>")]
    [InlineData("line\r\nbreak\tand\u0000nul\u007f\u0085\u2028")]
    [InlineData("b\u00fccher \U0001F4EC \u202e")]
    public void What_a_peer_sent_comes_back_from_a_parser_unchanged(string sent)
    {
        byte[] octets = Encoding.UTF8.GetBytes(sent);
        string line = MailLogLines.Of(MailLogFormat.Json, (ref MailEvent e) =>
        {
            e.Kind = MailEventKind.Session;
            e.Reply = octets;
        });

        Assert.Equal(1, line.Count(c => c == '\n'));
        Assert.DoesNotContain('\u202e', line);
        using JsonDocument document = JsonDocument.Parse(line);
        Assert.Equal(sent, document.RootElement.GetProperty("text").GetString());
        Assert.Equal(3, document.RootElement.EnumerateObject().Count());
    }

    [Fact]
    public void Octets_that_are_not_utf8_become_the_replacement_character()
    {
        byte[] octets = [(byte)'a', 0xff, 0xc3, (byte)'b', 0xe2, 0x82];
        string line = MailLogLines.Of(MailLogFormat.Json, (ref MailEvent e) => e.Recipient = octets);

        using JsonDocument document = JsonDocument.Parse(line);
        Assert.Equal("a\ufffd\ufffdb\ufffd", document.RootElement.GetProperty("to").GetString());
    }

    [Fact]
    public void A_cut_field_leaves_a_valid_object()
    {
        for (int length = 300; length < 420; length++)
        {
            byte[] octets = new byte[length];
            octets.AsSpan().Fill((byte)'"');
            string line = MailLogLines.Of(MailLogFormat.Json, (ref MailEvent e) => e.Recipient = octets);
            using JsonDocument document = JsonDocument.Parse(line);
            Assert.True(document.RootElement.TryGetProperty("to", out _));
        }
    }
}
