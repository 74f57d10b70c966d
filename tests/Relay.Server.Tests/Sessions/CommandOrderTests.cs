using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>Order of commands (RFC 5321 §4.1.4).</summary>
public sealed class CommandOrderTests
{
    [Fact]
    public void A_message_is_accepted_in_the_order_of_the_rfc() => Transcript.Play(
        Transcript.Greeted +
        """
        C: MAIL FROM:<a@client.example>
        S: 250 2.1.0 <a@client.example>... Sender ok
        C: RCPT TO:<b@there.example>
        S: 250 2.1.5 <b@there.example>... Recipient ok
        C: DATA
        S: 354 End data with <CR><LF>.<CR><LF>
        C: Subject: x
        C| \r\n
        C: Hello
        C: .
        S: 250 2.0.0 {1} Message accepted for delivery
        C: QUIT
        S: 221 2.0.0 mx.test closing connection
        S. 
        """,
        check: fixture =>
        {
            RecordedMessage message = Assert.Single(fixture.Queue.Messages);
            Assert.Equal("Subject: x\r\n\r\nHello\r\n", message.Text);
            Assert.Equal("a@client.example", message.ReversePath);
            Assert.Equal("b@there.example", Assert.Single(message.Recipients).ForwardPath);
            Assert.Equal("client.example", message.Helo);
            Assert.Equal("[192.0.2.7]", message.Client);
            Assert.Equal(
                "Received: from client.example ([192.0.2.7])\r\n\tby mx.test with ESMTP id " + Transcript.Id(1) +
                "\r\n\tfor <b@there.example>; Fri, 20 Nov 2026 21:48:02 +0000\r\n",
                message.Prologue);
        });

    [Fact]
    public void Commands_out_of_order_are_503_and_harm_nothing() => Transcript.Play(
        """
        S: 220 mx.test ESMTP Relay.Fast
        C: MAIL FROM:<a@client.example>
        S: 503 5.0.0 Polite people say HELO first
        C: RCPT TO:<b@there.example>
        S: 503 5.0.0 Need MAIL before RCPT
        C: DATA
        S: 503 5.0.0 Need MAIL command
        C: HELO client.example
        S: 250 mx.test Hello [192.0.2.7], pleased to meet you
        C: RCPT TO:<b@there.example>
        S: 503 5.0.0 Need MAIL before RCPT
        C: MAIL FROM:<a@client.example>
        S: 250 2.1.0 <a@client.example>... Sender ok
        C: MAIL FROM:<c@client.example>
        S: 503 5.5.0 Sender already specified
        C: DATA
        S: 503 5.0.0 Need RCPT (recipient)
        C: RCPT TO:<b@there.example>
        S: 250 2.1.5 <b@there.example>... Recipient ok
        C: DATA
        S: 354 End data with <CR><LF>.<CR><LF>
        C: .
        S: 250 2.0.0 {1} Message accepted for delivery
        """,
        check: fixture =>
        {
            RecordedMessage message = Assert.Single(fixture.Queue.Messages);
            Assert.Equal(string.Empty, message.Text);
            Assert.Equal("a@client.example", message.ReversePath);
            Assert.Contains(" with SMTP id ", message.Prologue, StringComparison.Ordinal);
        });

    [Theory]
    [InlineData("RSET", "250 2.0.0 Reset state")]
    [InlineData("HELO again.example", "250 mx.test Hello [192.0.2.7], pleased to meet you")]
    public void What_resets_the_transaction_drops_its_paths(string command, string reply) => Transcript.Play(
        Transcript.Greeted +
        $"""
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@there.example>
        C: {command}
        C: RCPT TO:<c@there.example>
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 250 2.1.5 <b@there.example>... Recipient ok
        S: {reply}
        S: 503 5.0.0 Need MAIL before RCPT
        C: MAIL FROM:<d@client.example>
        C: RCPT TO:<e@there.example>
        C: DATA
        S: 250 2.1.0 <d@client.example>... Sender ok
        S: 250 2.1.5 <e@there.example>... Recipient ok
        S: 354 End data with <CR><LF>.<CR><LF>
        C: x
        C: .
        S: 250 2.0.0 {Transcript.Id(1)} Message accepted for delivery
        """,
        check: fixture =>
        {
            RecordedMessage message = Assert.Single(fixture.Queue.Messages);
            Assert.Equal("d@client.example", message.ReversePath);
            Assert.Equal("e@there.example", Assert.Single(message.Recipients).ForwardPath);
        });

    [Fact]
    public void Mail_before_hello_is_taken_if_the_option_says_so() => Transcript.Play(
        """
        S: 220 mx.test ESMTP Relay.Fast
        C: MAIL FROM:<>
        S: 250 2.1.0 <>... Sender ok
        C: RCPT TO:<b@there.example>
        C: DATA
        S: 250 2.1.5 <b@there.example>... Recipient ok
        S: 354 End data with <CR><LF>.<CR><LF>
        C: .
        S: 250 2.0.0 {1} Message accepted for delivery
        """,
        new SmtpServerOptions { HostName = "mx.test", RequireHello = false },
        check: fixture => Assert.StartsWith(
            "Received: from [192.0.2.7] ([192.0.2.7])\r\n",
            Assert.Single(fixture.Queue.Messages).Prologue,
            StringComparison.Ordinal));

    [Fact]
    public void Several_messages_go_in_one_session_and_each_has_its_own_envelope() => Transcript.Play(
        Transcript.Greeted +
        """
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@there.example>
        C: RCPT TO:<c@there.example>
        C: DATA
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 250 2.1.5 <b@there.example>... Recipient ok
        S: 250 2.1.5 <c@there.example>... Recipient ok
        S: 354 End data with <CR><LF>.<CR><LF>
        C: one
        C: .
        C: MAIL FROM:<>
        C: RCPT TO:<d@there.example>
        C: DATA
        S: 250 2.0.0 {1} Message accepted for delivery
        S: 250 2.1.0 <>... Sender ok
        S: 250 2.1.5 <d@there.example>... Recipient ok
        S: 354 End data with <CR><LF>.<CR><LF>
        C: two
        C: .
        C: QUIT
        S: 250 2.0.0 {2} Message accepted for delivery
        S: 221 2.0.0 mx.test closing connection
        S. 
        """,
        check: fixture =>
        {
            Assert.Equal(["one\r\n", "two\r\n"], fixture.Queue.Messages.Select(message => message.Text));
            Assert.Equal([2, 1], fixture.Queue.Messages.Select(message => message.Recipients.Count));
            Assert.DoesNotContain(" for ", fixture.Queue.Messages[0].Prologue, StringComparison.Ordinal);
            Assert.EndsWith(
                ";\r\n\tFri, 20 Nov 2026 21:48:02 +0000\r\n",
                fixture.Queue.Messages[0].Prologue,
                StringComparison.Ordinal);
        });
}
