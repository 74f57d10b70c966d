using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>Order of commands (RFC 5321 §4.1.4).</summary>
public sealed class CommandOrderTests
{
    [Fact]
    public void A_message_is_accepted_in_the_order_of_the_rfc() => Transcript.Play(
        """
        S: 220 mx.test ESMTP Relay.Fast
        C: EHLO client.example
        S: 250-mx.test Hello [192.0.2.7], pleased to meet you
        S: 250-ENHANCEDSTATUSCODES
        S: 250-PIPELINING
        S: 250-8BITMIME
        S: 250-SIZE 104857600
        S: 250-DSN
        S: 250-SMTPUTF8
        S: 250-CHUNKING
        S: 250 HELP
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
            Assert.Equal(
                "Received: from client.example ([192.0.2.7])\r\n\tby mx.test with ESMTP id " + Transcript.Id(1) +
                "\r\n\tfor <b@there.example>; Fri, 20 Nov 2026 21:48:02 +0000\r\n",
                message.Prologue);
        });
}
