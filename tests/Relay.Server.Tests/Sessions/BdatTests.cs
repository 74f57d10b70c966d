using System.Text;
using Relay.Queue;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>CHUNKING (RFC 3030 §2): every order and every error.</summary>
public sealed class BdatTests
{
    private const string Begun =
        Transcript.Greeted +
        """
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@there.example>
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 250 2.1.5 <b@there.example>... Recipient ok

        """;

    [Fact]
    public void Chunks_become_one_message_in_wire_form() => Transcript.Play(
        Begun +
        """
        C: BDAT 12
        C| Subject: x\r\n
        S: 250 2.0.0 12 octets received
        C: BDAT 3
        C| \r\n.
        C: BDAT 0
        C: BDAT 7 LAST
        C| \r\n.a\r\nb
        S: 250 2.0.0 3 octets received
        S: 250 2.0.0 0 octets received
        S: 250 2.0.0 {1} Message accepted for delivery
        C: QUIT
        S: 221 2.0.0 mx.test closing connection
        S. 
        """,
        check: fixture =>
        {
            RecordedMessage message = Assert.Single(fixture.Queue.Messages);
            Assert.Equal("Subject: x\r\n\r\n..\r\n..a\r\nb\r\n", message.Text);
            Assert.Equal(2, message.StuffedDotCount);
            Assert.Equal(Smtp.ContentFlags.StuffedDots, message.Flags);
        });

    [Fact]
    public void The_whole_transaction_may_be_one_group() => Transcript.Play(
        Transcript.Greeted +
        """
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@there.example>
        C: BDAT 13 LAST
        C| QUIT\r\n.\r\nRSET
        C: MAIL FROM:<c@client.example>
        C: RCPT TO:<d@there.example>
        C: BDAT 0 LAST
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 250 2.1.5 <b@there.example>... Recipient ok
        S: 250 2.0.0 {1} Message accepted for delivery
        S: 250 2.1.0 <c@client.example>... Sender ok
        S: 250 2.1.5 <d@there.example>... Recipient ok
        S: 250 2.0.0 {2} Message accepted for delivery
        """,
        check: fixture => Assert.Equal(
            ["QUIT\r\n..\r\nRSET\r\n", string.Empty],
            fixture.Queue.Messages.Select(message => message.Text)));

    [Fact]
    public void A_chunk_without_mail_is_read_and_refused() => Transcript.Play(
        Transcript.Greeted +
        """
        C: BDAT 6 LAST
        C| QUIT\r\n
        S: 503 5.0.0 Need MAIL command
        C: NOOP
        S: 250 2.0.0 OK
        """,
        check: fixture => Assert.Empty(fixture.Queue.Messages));

    [Fact]
    public void A_chunk_without_recipients_is_read_and_refused_and_recipients_may_follow() => Transcript.Play(
        Transcript.Greeted +
        """
        C: MAIL FROM:<a@client.example>
        C: BDAT 6 LAST
        C| QUIT\r\n
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 503 5.0.0 Need RCPT (recipient)
        C: RCPT TO:<refused@denied.example>
        C: BDAT 6 LAST
        C| QUIT\r\n
        S: 550 5.7.1 <refused@denied.example>... Relaying denied
        S: 554 5.5.1 No valid recipients
        C: RCPT TO:<b@there.example>
        C: BDAT 3 LAST
        C| x\r\n
        S: 250 2.1.5 <b@there.example>... Recipient ok
        S: 250 2.0.0 {1} Message accepted for delivery
        """);

    [Fact]
    public void Nothing_but_bdat_and_rset_may_follow_a_first_chunk() => Transcript.Play(
        Begun +
        """
        C: BDAT 3
        C| x\r\n
        S: 250 2.0.0 3 octets received
        C: DATA
        S: 503 5.5.1 Only BDAT, RSET, NOOP and QUIT after BDAT
        C: RCPT TO:<c@there.example>
        S: 503 5.5.1 Only BDAT, RSET, NOOP and QUIT after BDAT
        C: MAIL FROM:<c@there.example>
        S: 503 5.5.0 Sender already specified
        C: NOOP
        S: 250 2.0.0 OK
        C: BDAT 0 LAST
        S: 250 2.0.0 {1} Message accepted for delivery
        C: BDAT 3 LAST
        C| x\r\n
        S: 503 5.0.0 Need MAIL command
        """,
        check: fixture => Assert.Single(Assert.Single(fixture.Queue.Messages).Recipients));

    [Fact]
    public void Rset_between_chunks_drops_them() => Transcript.Play(
        Begun +
        """
        C: BDAT 3
        C| x\r\n
        C: RSET
        S: 250 2.0.0 3 octets received
        S: 250 2.0.0 Reset state
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@there.example>
        C: DATA
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 250 2.1.5 <b@there.example>... Recipient ok
        S: 354 End data with <CR><LF>.<CR><LF>
        C: .
        S: 250 2.0.0 {2} Message accepted for delivery
        """,
        check: fixture =>
        {
            Assert.Equal(string.Empty, Assert.Single(fixture.Queue.Messages).Text);
            Assert.Equal(1, fixture.Queue.Aborted);
        });

    [Fact]
    public void After_a_failed_chunk_all_further_ones_are_503_until_rset() => Transcript.Play(
        Begun +
        """
        C: BDAT 4
        C| x\ny\n
        C: BDAT 3
        C| x\r\n
        S: 554 5.6.0 Bare linefeed (LF) not allowed
        S: 503 5.5.1 BDAT transaction failed or is complete
        C: RSET
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@there.example>
        C: BDAT 3 LAST
        C| x\r\n
        S: 250 2.0.0 Reset state
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 250 2.1.5 <b@there.example>... Recipient ok
        S: 250 2.0.0 {2} Message accepted for delivery
        """);

    [Fact]
    public void A_failed_last_chunk_ends_the_transaction() => Transcript.Play(
        Begun +
        """
        C: BDAT 3
        C| x\r\n
        C: BDAT 4 LAST
        C| x\ry\r
        S: 250 2.0.0 3 octets received
        S: 554 5.6.0 Bare carriage return (CR) not allowed
        C: MAIL FROM:<a@client.example>
        S: 250 2.1.0 <a@client.example>... Sender ok
        """,
        check: fixture => Assert.Empty(fixture.Queue.Messages));

    [Fact]
    public void A_cr_at_the_end_of_a_chunk_is_judged_with_the_next() => Transcript.Play(
        Begun +
        """
        C: BDAT 2
        C| x\r
        C: BDAT 1 LAST
        C| \n
        S: 250 2.0.0 2 octets received
        S: 250 2.0.0 {1} Message accepted for delivery
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@there.example>
        C: BDAT 2 LAST
        C| x\r
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 250 2.1.5 <b@there.example>... Recipient ok
        S: 554 5.6.0 Bare carriage return (CR) not allowed
        """,
        check: fixture => Assert.Equal("x\r\n", Assert.Single(fixture.Queue.Messages).Text));

    [Fact]
    public void Chunks_above_the_size_limit_are_read_to_their_end_then_552() => Transcript.Play(
        $"""
        S: 220 mx.test ESMTP Relay.Fast
        C: HELO client.example
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@there.example>
        C: BDAT 600
        C| {new string('x', 598)}\r\n
        C: BDAT 401
        C| {new string('y', 393)}QUIT\r\n\r\n
        C: BDAT 3 LAST
        C| x\r\n
        S: 250 mx.test Hello [192.0.2.7], pleased to meet you
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 250 2.1.5 <b@there.example>... Recipient ok
        S: 250 2.0.0 600 octets received
        S: 552 5.2.3 Message exceeds maximum fixed size (1000)
        S: 503 5.5.1 BDAT transaction failed or is complete
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@there.example>
        C: BDAT 1000 LAST
        C| {new string('x', 1000)}
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 250 2.1.5 <b@there.example>... Recipient ok
        S: 250 2.0.0 {Transcript.Id(2)} Message accepted for delivery
        """,
        new SmtpServerOptions { HostName = "mx.test", MessageSizeMax = 1000 });

    [Theory]
    [InlineData("BDAT")]
    [InlineData("BDAT x")]
    [InlineData("BDAT -1 LAST")]
    [InlineData("BDAT 5 FIRST")]
    public void A_chunk_of_unknown_size_ends_the_session_since_nothing_tells_where_commands_go_on(string command) =>
        Transcript.Play(
            Transcript.Greeted +
            $"""
            C: {command}
            C: MAIL FROM:<a@client.example>
            S: 501 5.5.4 Syntax error in BDAT parameters
            S: 421 4.5.0 mx.test Cannot tell content from commands; closing connection
            S. 
            """);

    [Theory]
    [InlineData(MailQueueError.InsufficientStorage, "452 4.3.1 Insufficient disk space; try again later")]
    [InlineData(MailQueueError.StorageFailed, "451 4.3.0 Requested action aborted: error in processing")]
    public void A_queue_that_fails_at_the_first_chunk_is_answered_after_it(MailQueueError error, string reply) =>
        Transcript.Play(
            Begun +
            $"""
            C: BDAT 6 LAST
            C| QUIT\r\n
            S: {reply}
            C: NOOP
            S: 250 2.0.0 OK
            """,
            prepare: fixture => fixture.Queue.BeginError = error,
            check: fixture => Assert.Empty(fixture.Queue.Messages));

    [Fact]
    public void More_than_25_received_fields_in_chunks_are_refused()
    {
        string fields = string.Concat(Enumerable.Repeat("Received: x\\r\\n", 26));
        Transcript.Play(
            Begun +
            $"""
            C: BDAT {26 * 13} LAST
            C| {fields}
            S: 554 5.4.6 Too many hops
            """);
    }

    [Fact]
    public void Large_chunks_go_to_the_queue_in_pieces_and_arrive_whole()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        var random = new Random(4711);
        var content = new StringBuilder();
        while (content.Length < 700_000)
        {
            content.Append('.', random.Next(3)).Append('z', random.Next(90)).Append("\r\n");
        }

        string text = content.ToString();
        client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\n");
        int at = 0;
        while (at < text.Length)
        {
            int length = Math.Min(random.Next(1, 200_000), text.Length - at);
            string last = at + length == text.Length ? " LAST" : string.Empty;
            client.Send(Encoding.ASCII.GetBytes($"BDAT {length}{last}\r\n"));
            for (int end = at + length; at < end;)
            {
                int part = Math.Min(random.Next(1, 20_000), end - at);
                client.Send(Encoding.ASCII.GetBytes(text.Substring(at, part)));
                at += part;
            }
        }

        string accepted = $"250 2.0.0 {Transcript.Id(1)} Message accepted for delivery\r\n";
        Assert.EndsWith(accepted, client.Hear(), StringComparison.Ordinal);
        RecordedMessage message = Assert.Single(fixture.Queue.Messages);
        string expected = string.Concat(text.Split("\r\n").SkipLast(1).Select(
            line => (line.StartsWith('.') ? "." : string.Empty) + line + "\r\n"));
        Assert.Equal(expected, message.Text);
        Assert.True(fixture.Queue.Appends >= 5);
        Assert.InRange(fixture.Queue.LargestAppend, 64 * 1024, 256 * 1024);
    }
}
