using Relay.Server.Tests.Fixtures;
using Relay.Smtp;

namespace Relay.Server.Tests.Sessions;

/// <summary>MAIL and RCPT with their parameters, and what policies decide about them.</summary>
public sealed class MailAndRcptTests
{
    [Fact]
    public void Parameters_reach_the_queue_with_the_envelope() => Transcript.Play(
        Transcript.Greeted +
        """
        C: MAIL FROM:<a@client.example> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=QQ314159
        C: RCPT TO:<@old.example,@route.example:b@there.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;B@there.example
        C: RCPT TO:<"quoted local"@there.example> NOTIFY=NEVER
        C: RCPT TO:<Postmaster>
        C: RCPT TO:<c@[192.0.2.1]>
        C: DATA
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 250 2.1.5 <b@there.example>... Recipient ok
        S: 250 2.1.5 <"quoted local"@there.example>... Recipient ok
        S: 250 2.1.5 <Postmaster>... Recipient ok
        S: 250 2.1.5 <c@[192.0.2.1]>... Recipient ok
        S: 354 End data with <CR><LF>.<CR><LF>
        C| \xE4\0\r\n
        C: ..
        C: .
        S: 250 2.0.0 {1} Message accepted for delivery
        """,
        check: fixture =>
        {
            RecordedMessage message = Assert.Single(fixture.Queue.Messages);
            Assert.Equal(BodyType.EightBitMime, message.Body);
            Assert.Equal(DsnReturn.Headers, message.Return);
            Assert.Equal("QQ314159", message.EnvelopeId);
            Assert.Equal(ContentFlags.EightBit | ContentFlags.Nul | ContentFlags.StuffedDots, message.Flags);
            Assert.Equal(1, message.StuffedDotCount);
            Assert.Equal("\xE4\0\r\n..\r\n", message.Text);
            Assert.Equal(
                [
                    new RecordedRecipient(
                        "b@there.example", "rfc822;B@there.example", DsnNotify.Success | DsnNotify.Delay),
                    new RecordedRecipient("\"quoted local\"@there.example", string.Empty, DsnNotify.Never),
                    new RecordedRecipient("Postmaster", string.Empty, DsnNotify.Unspecified),
                    new RecordedRecipient("c@[192.0.2.1]", string.Empty, DsnNotify.Unspecified),
                ],
                message.Recipients);
        });

    [Fact]
    public void Utf8_addresses_need_smtputf8_and_show_in_the_trace_field() => Transcript.Play(
        Transcript.Greeted +
        """
        C| MAIL FROM:<j\xC3\xBCrg@client.example>\r\n
        S: 553 5.6.7 Non-ASCII address requires SMTPUTF8
        C: MAIL FROM:<a@client.example>
        C| RCPT TO:<j\xC3\xBCrg@there.example>\r\n
        C: RSET
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 553 5.6.7 Non-ASCII address requires SMTPUTF8
        S: 250 2.0.0 Reset state
        C: MAIL FROM:<a@client.example> SMTPUTF8 BODY=8BITMIME
        C| RCPT TO:<j\xC3\xBCrg@there.example>\r\n
        C: DATA
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 250 2.1.5 <jÃ¼rg@there.example>... Recipient ok
        S: 354 End data with <CR><LF>.<CR><LF>
        C: .
        S: 250 2.0.0 {1} Message accepted for delivery
        """,
        check: fixture =>
        {
            RecordedMessage message = Assert.Single(fixture.Queue.Messages);
            Assert.True(message.SmtpUtf8);
            Assert.Equal("jürg@there.example", Assert.Single(message.Recipients).ForwardPath);
            Assert.Contains(" with UTF8SMTP id ", message.Prologue, StringComparison.Ordinal);
            Assert.Contains("for <jürg@there.example>; ", message.Prologue, StringComparison.Ordinal);
        });

    [Fact]
    public void Refused_recipients_leave_the_others_alone() => Transcript.Play(
        Transcript.Greeted +
        """
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<refused@denied.example>
        C: DATA
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 550 5.7.1 <refused@denied.example>... Relaying denied
        S: 554 5.5.1 No valid recipients
        C: RCPT TO:<b@there.example>
        C: RCPT TO:<syntax
        C: DATA
        S: 250 2.1.5 <b@there.example>... Recipient ok
        S: 501 5.1.3 Syntax error in forward-path
        S: 354 End data with <CR><LF>.<CR><LF>
        C: .
        S: 250 2.0.0 {1} Message accepted for delivery
        """,
        check: fixture =>
        {
            RecordedMessage message = Assert.Single(fixture.Queue.Messages);
            Assert.Equal("b@there.example", Assert.Single(message.Recipients).ForwardPath);
            Assert.Contains(
                fixture.Log.Lines,
                line => line.StartsWith("Rejected ", StringComparison.Ordinal)
                    && line.Contains("to=<refused@denied.example>", StringComparison.Ordinal)
                    && line.Contains("reply=550 5.7.1 ", StringComparison.Ordinal));
        });

    [Fact]
    public void A_refused_sender_begins_no_transaction() => Transcript.Play(
        Transcript.Greeted +
        """
        C: MAIL FROM:<refused@denied.example>
        C: RCPT TO:<b@there.example>
        S: 550 5.7.1 <refused@denied.example>... Relaying denied
        S: 503 5.0.0 Need MAIL before RCPT
        C: MAIL FROM:<a@client.example>
        S: 250 2.1.0 <a@client.example>... Sender ok
        """);

    [Fact]
    public void A_policy_that_says_421_ends_the_session() => Transcript.Play(
        Transcript.Greeted +
        """
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<bye@denied.example>
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 421 4.7.0 Go away
        S. 
        """);

    [Fact]
    public void A_slow_policy_holds_back_the_commands_behind_it_and_nothing_is_lost()
    {
        using var fixture = new ServerFixture();
        var decision = new TaskCompletionSource<Policies.RcptDecision>();
        fixture.Policy.Slow["slow@there.example"] = decision;
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");

        Assert.Equal(
            string.Empty,
            client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<slow@there.example> NOTIFY=NEVER\r\nDATA\r\n"));
        decision.SetResult(Policies.RcptDecision.Accept);

        Assert.Equal(
            "250 2.1.0 <a@client.example>... Sender ok\r\n" +
            "250 2.1.5 <slow@there.example>... Recipient ok\r\n" +
            "354 End data with <CR><LF>.<CR><LF>\r\n",
            client.Hear());
        client.Say("x\r\n.\r\n");
        Assert.Equal(
            new RecordedRecipient("slow@there.example", string.Empty, DsnNotify.Never),
            Assert.Single(Assert.Single(fixture.Queue.Messages).Recipients));
    }

    [Fact]
    public void A_connection_policy_that_says_421_is_heard_instead_of_the_greeting()
    {
        using var fixture = new ServerFixture();
        fixture.Policy.ConnectionRefusal = "421 4.7.0 Not now";
        TestClient client = fixture.Connect();

        Assert.Equal("421 4.7.0 Not now\r\n", client.Hear());
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void Any_other_refused_connection_is_greeted_and_every_mail_command_refused() => Transcript.Play(
        """
        S: 220 mx.test ESMTP Relay.Fast
        C: EHLO client.example
        S: 250-mx.test Hello [192.0.2.7], pleased to meet you
        S: 250 ENHANCEDSTATUSCODES
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@there.example>
        C: VRFY x
        C: DATA
        S: 550 5.7.1 Access denied
        S: 550 5.7.1 Access denied
        S: 550 5.7.1 Access denied
        S: 550 5.7.1 Access denied
        C: NOOP
        C: RSET
        C: FROB
        C: QUIT
        S: 250 2.0.0 OK
        S: 250 2.0.0 Reset state
        S: 500 5.5.1 Command unrecognized: "FROB"
        S: 221 2.0.0 mx.test closing connection
        S. 
        """,
        prepare: fixture => fixture.Policy.ConnectionRefusal = "550 5.7.1 Access denied");
}
