using System.Text;
using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>What a client refused by check_relay sees: Sendmail's order of checks, step 3.</summary>
public sealed class RejectedSessionTests
{
    private const string Stored = "550 5.7.1 Access denied";

    [Fact]
    public void A_reply_of_421_is_sent_in_place_of_the_banner_and_closes() => Transcript.Play(
        """
        S: 421 4.3.2 Too many open connections.
        S. 
        """,
        prepare: fixture => fixture.Policy.ConnectionRefusal = "421 4.3.2 Too many open connections.");

    [Fact]
    public void With_any_other_code_the_banner_is_220_and_every_command_that_moves_mail_gets_the_stored_line() =>
        Transcript.Play(
            $"""
            S: 220 mx.test ESMTP Relay.Fast
            C: HELO client.example
            S: 250 mx.test Hello [192.0.2.7], pleased to meet you
            C: NOOP
            S: 250 2.0.0 OK
            C: RSET
            S: 250 2.0.0 Reset state
            C: FROB
            S: 500 5.5.1 Command unrecognized: "FROB"
            C: MAIL FROM:<a@client.example>
            S: {Stored}
            C: RCPT TO:<b@there.example>
            S: {Stored}
            C: DATA
            S: {Stored}
            C: VRFY b
            S: {Stored}
            C: EXPN b
            S: {Stored}
            C: ETRN there.example
            S: {Stored}
            C: HELP
            S: {Stored}
            C: VERB
            S: {Stored}
            C: QUIT
            S: 221 2.0.0 mx.test closing connection
            S. 
            """,
            prepare: fixture => fixture.Policy.ConnectionRefusal = Stored,
            check: fixture => Assert.Contains(
                fixture.Log.Lines,
                line => line.StartsWith("Rejected", StringComparison.Ordinal)
                    && line.EndsWith("reply=" + Stored, StringComparison.Ordinal)));

    [Fact]
    public void Its_ehlo_advertises_only_enhanced_status_codes() => Transcript.Play(
        $"""
        S: 220 mx.test ESMTP Relay.Fast
        C: EHLO client.example
        S: 250-mx.test Hello [192.0.2.7], pleased to meet you
        S: 250 ENHANCEDSTATUSCODES
        """,
        prepare: fixture => fixture.Policy.ConnectionRefusal = Stored);

    [Fact]
    public void A_chunk_is_read_to_its_end_before_it_gets_the_stored_line() => Transcript.Play(
        $"""
        S: 220 mx.test ESMTP Relay.Fast
        C: BDAT 6 LAST
        C: QUIT
        S: {Stored}
        C: NOOP
        S: 250 2.0.0 OK
        """,
        prepare: fixture => fixture.Policy.ConnectionRefusal = Stored);

    [Fact]
    public void After_25_refused_commands_the_next_is_421()
    {
        using var fixture = new ServerFixture();
        fixture.Policy.ConnectionRefusal = Stored;
        TestClient client = fixture.Connect();
        client.Hear();
        for (int n = 0; n < 25; n++)
        {
            Assert.Equal(Stored + "\r\n", client.Say("MAIL FROM:<>\r\n"));
        }

        Assert.Equal(
            Stored + "\r\n421 4.7.0 mx.test Too many bad commands; closing connection\r\n",
            client.Say("MAIL FROM:<>\r\n"));
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void A_rejected_client_is_greeted_without_its_pause() => Transcript.Play(
        $"""
        S: 220 mx.test ESMTP Relay.Fast
        C: MAIL FROM:<>
        S: {Stored}
        """,
        prepare: fixture => fixture.Policy.Connection = new ConnectionDecision
        {
            Refusal = Encoding.ASCII.GetBytes(Stored),
            GreetPause = TimeSpan.FromSeconds(5),
        });

    [Fact]
    public void A_client_is_named_in_replies_trace_and_log_as_the_policy_found_it()
    {
        using var fixture = new ServerFixture();
        fixture.Policy.Identify = client =>
        {
            client.HostName = "host.client.example";
            client.Resolution = ClientResolution.Ok;
        };
        TestClient client = fixture.Connect();
        client.Hear();

        Assert.Equal(
            "250 mx.test Hello host.client.example [192.0.2.7], pleased to meet you\r\n",
            client.Say("HELO x\r\n"));
        client.Say("MAIL FROM:<>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        client.Say(".\r\n");
        Assert.StartsWith(
            "Received: from x (host.client.example [192.0.2.7])\r\n",
            Assert.Single(fixture.Queue.Messages).Prologue,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_does_not_lead_back_is_marked_as_perhaps_forged()
    {
        using var fixture = new ServerFixture();
        fixture.Policy.Identify = client =>
        {
            client.PtrName = "bank.example";
            client.Resolution = ClientResolution.Forged;
        };
        TestClient client = fixture.Connect();
        client.Hear();

        Assert.Equal(
            "250 mx.test Hello bank.example [192.0.2.7] (may be forged), pleased to meet you\r\n",
            client.Say("HELO x\r\n"));
    }
}
