using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>Limits (RFC 5321 §4.5.3.1) and the ends of sessions that exceed them.</summary>
public sealed class LimitTests
{
    [Fact]
    public void The_26th_bad_command_ends_the_session()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Hear();
        for (int n = 0; n < 25; n++)
        {
            Assert.Equal("500 5.5.1 Command unrecognized: \"X\"\r\n", client.Say("X\r\n"));
        }

        Assert.Equal(
            "500 5.5.1 Command unrecognized: \"X\"\r\n421 4.7.0 mx.test Too many bad commands; closing connection\r\n",
            client.Say("X\r\nNOOP\r\n"));
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void Commands_without_mail_are_limited_and_a_message_starts_the_count_anew()
    {
        using var fixture = new ServerFixture(
            new SmtpServerOptions { HostName = "mx.test", CommandsWithoutMailMax = 10, SlowsDownProbing = false });
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        for (int message = 0; message < 3; message++)
        {
            for (int n = 0; n < 5; n++)
            {
                Assert.Equal("250 2.0.0 OK\r\n", client.Say("NOOP\r\n"));
            }

            client.Say("MAIL FROM:<>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
            Assert.StartsWith("250 ", client.Say(".\r\n"), StringComparison.Ordinal);
        }

        for (int n = 0; n < 10; n++)
        {
            Assert.Equal("250 2.0.0 OK\r\n", client.Say("NOOP\r\n"));
        }

        Assert.Equal(
            "421 4.7.0 mx.test Too many commands without mail; closing connection\r\n",
            client.Say("NOOP\r\n"));
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void A_thousand_recipients_are_taken_and_the_next_is_452()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\n");
        for (int n = 0; n < 1000; n++)
        {
            string reply = client.Say($"RCPT TO:<user{n}@there.example>\r\n");
            Assert.StartsWith("250 2.1.5 ", reply, StringComparison.Ordinal);
        }

        Assert.Equal("452 4.5.3 Too many recipients\r\n", client.Say("RCPT TO:<one.more@there.example>\r\n"));
        client.Say("DATA\r\n");
        Assert.StartsWith("250 2.0.0 ", client.Say("x\r\n.\r\n"), StringComparison.Ordinal);
        Assert.Equal(1000, Assert.Single(fixture.Queue.Messages).Recipients.Count);
    }

    [Fact]
    public void A_client_that_offers_refused_recipients_for_ever_is_sent_away()
    {
        using var fixture = new ServerFixture(
            new SmtpServerOptions { HostName = "mx.test", RefusedRecipientsMax = 50 });
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\n");
        for (int n = 0; n < 50; n++)
        {
            Assert.Equal(
                "550 5.7.1 <refused@denied.example>... Relaying denied\r\n",
                client.Say("RCPT TO:<refused@denied.example>\r\n"));
        }

        Assert.EndsWith(
            "421 4.7.0 mx.test Too many bad recipients; closing connection\r\n",
            client.Say("RCPT TO:<refused@denied.example>\r\n"),
            StringComparison.Ordinal);
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void A_declared_size_above_the_limit_is_552_at_mail_and_the_session_lives_on() => Transcript.Play(
        """
        S: 220 mx.test ESMTP Relay.Fast
        C: HELO client.example
        S: 250 mx.test Hello [192.0.2.7], pleased to meet you
        C: MAIL FROM:<a@client.example> SIZE=1001
        S: 552 5.2.3 Message size exceeds fixed maximum message size (1000)
        C: MAIL FROM:<a@client.example> SIZE=99999999999999999999
        S: 552 5.2.3 Message size exceeds fixed maximum message size (1000)
        C: MAIL FROM:<a@client.example> SIZE=1000
        S: 250 2.1.0 <a@client.example>... Sender ok
        """,
        new SmtpServerOptions { HostName = "mx.test", MessageSizeMax = 1000 });

    [Fact]
    public void Content_above_the_limit_is_read_to_its_end_then_552_and_the_session_lives_on() => Transcript.Play(
        $"""
        S: 220 mx.test ESMTP Relay.Fast
        C: HELO client.example
        S: 250 mx.test Hello [192.0.2.7], pleased to meet you
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@there.example>
        C: DATA
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 250 2.1.5 <b@there.example>... Recipient ok
        S: 354 End data with <CR><LF>.<CR><LF>
        C: {new string('x', 999)}
        C: QUIT
        C: .
        S: 552 5.2.3 Message exceeds maximum fixed size (1000)
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@there.example>
        C: DATA
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 250 2.1.5 <b@there.example>... Recipient ok
        S: 354 End data with <CR><LF>.<CR><LF>
        C: ..{new string('x', 997)}
        C: .
        S: 250 2.0.0 {Transcript.Id(2)} Message accepted for delivery
        """,
        new SmtpServerOptions { HostName = "mx.test", MessageSizeMax = 1000 },
        check: fixture => Assert.Equal(1001, Assert.Single(fixture.Queue.Messages).Content.Length));

    [Fact]
    public void More_than_25_received_fields_are_554_and_25_pass()
    {
        string Fields(int count) => string.Concat(Enumerable.Repeat("C: Received: from x by y\n", count));
        Transcript.Play(
            Transcript.Greeted +
            $"""
            C: MAIL FROM:<a@client.example>
            C: RCPT TO:<b@there.example>
            C: DATA
            S: 250 2.1.0 <a@client.example>... Sender ok
            S: 250 2.1.5 <b@there.example>... Recipient ok
            S: 354 End data with <CR><LF>.<CR><LF>
            {Fields(26)}
            C| \r\n
            C: .
            S: 554 5.4.6 Too many hops
            C: MAIL FROM:<a@client.example>
            C: RCPT TO:<b@there.example>
            C: DATA
            S: 250 2.1.0 <a@client.example>... Sender ok
            S: 250 2.1.5 <b@there.example>... Recipient ok
            S: 354 End data with <CR><LF>.<CR><LF>
            {Fields(25)}
            C| \r\n
            C: Received: in the body counts for nothing
            C: .
            S: 250 2.0.0 {Transcript.Id(2)} Message accepted for delivery
            """);
    }
}
