namespace Relay.Logging.Tests;

/// <summary>The readable form: one line per event, whatever the peer sent.</summary>
public class TextFormatterTests
{
    [Fact]
    public void An_accepted_message_is_one_readable_line_with_its_queue_id()
    {
        string line = MailLogLines.Of(MailLogFormat.Text, static (ref MailEvent e) =>
        {
            e.Kind = MailEventKind.Accepted;
            e.QueueId = "1K3ABCDEF00001"u8;
            e.ReversePath = "a@b.example"u8;
            e.HasReversePath = true;
            e.RecipientCount = 1;
            e.Size = 2048;
            e.Peer = "[192.0.2.1]"u8;
            e.Helo = "client.example"u8;
            e.Protocol = "ESMTP"u8;
            e.MessageId = "<x@y>"u8;
        });

        Assert.Equal(
            "2026-11-20T21:48:02.123Z accepted 1K3ABCDEF00001: from=<a@b.example> nrcpts=1 size=2048 msgid=x@y "
            + "client=\"[192.0.2.1]\" helo=client.example proto=ESMTP\n",
            line);
    }

    [Fact]
    public void A_delivered_message_names_recipient_relay_delay_and_reply()
    {
        string line = MailLogLines.Of(MailLogFormat.Text, static (ref MailEvent e) =>
        {
            e.Kind = MailEventKind.Delivered;
            e.QueueId = "1K3ABCDEF00001"u8;
            e.Recipient = "c@d.example"u8;
            e.Peer = "mx.example [192.0.2.9]"u8;
            e.Via = "smtp:[192.0.2.9]:25"u8;
            e.Delay = TimeSpan.FromMilliseconds(61_005);
            e.Reply = "250 2.0.0 Ok: \"queued\""u8;
        });

        Assert.Equal(
            "2026-11-20T21:48:02.123Z delivered 1K3ABCDEF00001: to=<c@d.example> relay=\"mx.example [192.0.2.9]\" "
            + "route=smtp:[192.0.2.9]:25 delay=61.005 reply=\"250 2.0.0 Ok: \\\"queued\\\"\"\n",
            line);
    }

    [Fact]
    public void The_null_reverse_path_is_printed_as_empty_brackets()
    {
        string line = MailLogLines.Of(MailLogFormat.Text, static (ref MailEvent e) =>
        {
            e.Kind = MailEventKind.Accepted;
            e.HasReversePath = true;
        });

        Assert.EndsWith(" accepted: from=<> size=0\n", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"a> to=<b\"@c", "from=<\\x22a\\x3e\\x20to=\\x3cb\\x22@c>")]
    [InlineData("a\r\n2026 accepted: x", "from=<a\\x0d\\x0a2026\\x20accepted:\\x20x>")]
    [InlineData("a\u001b[2J", "from=<a\\x1b[2J>")]
    [InlineData("a\\x41", "from=<a\\x5cx41>")]
    [InlineData("user@b\u00fccher.example", "from=<user@b\u00fccher.example>")]
    [InlineData("a\u202eb", "from=<a\\xe2\\x80\\xaeb>")]
    [InlineData("a\u0085b", "from=<a\\xc2\\x85b>")]
    [InlineData("a\u2028b", "from=<a\\xe2\\x80\\xa8b>")]
    public void What_a_peer_sent_cannot_forge_a_field_a_line_or_steer_a_terminal(string sent, string expected)
    {
        byte[] octets = System.Text.Encoding.UTF8.GetBytes(sent);
        string line = MailLogLines.Of(MailLogFormat.Text, (ref MailEvent e) =>
        {
            e.Kind = MailEventKind.Session;
            e.ReversePath = octets;
            e.HasReversePath = true;
        });

        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.Equal(1, line.Count(c => c == '\n'));
    }

    [Fact]
    public void A_reply_cannot_close_its_quotes()
    {
        string line = MailLogLines.Of(MailLogFormat.Text, static (ref MailEvent e) =>
        {
            e.Kind = MailEventKind.Deferred;
            e.Delay = TimeSpan.FromSeconds(-1);
            e.Reply = "450 \" to=<x> \\ \0"u8;
        });

        Assert.EndsWith(" deferred: reply=\"450 \\\" to=<x> \\\\ \\x00\"\n", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(511, false)]
    [InlineData(512, false)]
    [InlineData(513, true)]
    [InlineData(100_000, true)]
    public void Long_fields_are_cut_and_marked(int length, bool cut)
    {
        byte[] octets = new byte[length];
        octets.AsSpan().Fill((byte)'a');
        string line = MailLogLines.Of(MailLogFormat.Text, (ref MailEvent e) => e.Recipient = octets);

        Assert.Equal(cut, line.Contains("...>", StringComparison.Ordinal));
        Assert.True(line.Length < 600);
    }

    [Theory]
    [InlineData(MailLogFormat.Text)]
    [InlineData(MailLogFormat.Json)]
    public void A_line_of_the_longest_and_worst_fields_fits(MailLogFormat format)
    {
        byte[] worst = new byte[5000];
        worst.AsSpan().Fill(0xff);
        string line = MailLogLines.Of(format, (ref MailEvent e) =>
        {
            e.Kind = MailEventKind.Delivered;
            e.QueueId = e.ReversePath = e.Recipient = e.Peer = e.Helo = e.Protocol = e.Via = e.Reply = worst;
            e.MessageId = worst;
            e.HasReversePath = true;
            e.Size = long.MaxValue;
            e.RecipientCount = int.MaxValue;
            e.Delay = TimeSpan.MaxValue;
        });

        Assert.EndsWith("\n", line, StringComparison.Ordinal);
        Assert.InRange(line.Length, 1000, FieldLimits.Line);
    }
}
