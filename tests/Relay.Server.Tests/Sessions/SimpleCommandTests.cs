using System.Net;
using System.Text;
using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>Commands that move no mail, and lines that are no commands (RFC 5321 §4.1.1, §4.2.4, §4.5.3.1).</summary>
public sealed class SimpleCommandTests
{
    [Fact]
    public void Every_simple_command_has_its_reply() => Transcript.Play(
        """
        S: 220 mx.test ESMTP Relay.Fast
        C: NOOP
        S: 250 2.0.0 OK
        C: noop whatever
        S: 250 2.0.0 OK
        C: RSET
        S: 250 2.0.0 Reset state
        C: RSET now
        S: 501 5.5.4 Syntax error, no parameters allowed
        C: VRFY root
        S: 252 2.5.2 Cannot VRFY user; try RCPT to attempt delivery (or try finger)
        C: VRFY
        S: 501 5.5.2 Argument required
        C: EXPN list
        S: 502 5.7.0 Sorry, we do not allow this operation
        C: VERB
        S: 502 5.7.0 Verbose unavailable
        C: HELP
        S: 214 2.0.0 See RFC 5321 for the commands of this server
        C: STARTTLS
        S: 502 5.5.1 Command not implemented
        C: AUTH PLAIN AGEAYg==
        S: 503 5.3.3 AUTH not available
        C: ETRN there.example
        S: 502 5.5.1 Command not implemented
        C: EHLO
        S: 501 5.0.0 EHLO requires domain address
        C: HELO
        S: 501 5.0.0 HELO requires domain address
        C: HELO not<a>name
        S: 501 Invalid domain name
        C: FROB it
        S: 500 5.5.1 Command unrecognized: "FROB"
        C: LHLO client.example
        S: 500 5.5.1 Command unrecognized: "LHLO"
        C| \r\n
        S: 500 5.5.1 Command unrecognized: ""
        C: quit
        S: 221 2.0.0 mx.test closing connection
        S. 
        """,
        new SmtpServerOptions { HostName = "mx.test", SlowsDownProbing = false });

    [Fact]
    public void An_ipv6_client_is_printed_as_rfc_5321_writes_it()
    {
        using var fixture = new ServerFixture();
        var connection = new InMemoryConnection(new IPEndPoint(IPAddress.Parse("2001:db8::1"), 1));
        TestClient client = fixture.Connect(connection);
        client.Hear();

        Assert.Equal(
            "250 mx.test Hello [IPv6:2001:db8::1], pleased to meet you\r\n",
            client.Say("HELO [IPv6:2001:db8::1]\r\n"));
    }

    [Fact]
    public void An_ipv4_client_on_a_dual_socket_is_printed_as_ipv4()
    {
        using var fixture = new ServerFixture();
        var connection = new InMemoryConnection(
            new IPEndPoint(IPAddress.Parse("::ffff:192.0.2.9"), 1));
        TestClient client = fixture.Connect(connection);
        client.Hear();

        Assert.Equal("250 mx.test Hello [192.0.2.9], pleased to meet you\r\n", client.Say("HELO x\r\n"));
    }

    [Theory]
    [InlineData(EtrnResult.Started, "250 2.0.0 Queuing for node there.example started")]
    [InlineData(EtrnResult.Unable, "458 4.5.0 Unable to queue messages for node there.example")]
    [InlineData(EtrnResult.NotAllowed, "459 4.5.4 Node there.example not allowed")]
    public void Etrn_is_advertised_and_answered_by_its_handler(EtrnResult result, string reply)
    {
        var handler = new EtrnRecorder(result);
        using var fixture = new ServerFixture(etrn: handler);
        TestClient client = fixture.Connect();
        client.Hear();

        Assert.Contains("250-ETRN\r\n", client.Say("EHLO x\r\n"), StringComparison.Ordinal);
        Assert.Equal(reply + "\r\n", client.Say("ETRN @there.example\r\n"));
        Assert.Equal("@there.example", handler.Asked);
        Assert.Equal("501 5.5.2 Argument required\r\n", client.Say("ETRN #\r\n"));
        client.Say("MAIL FROM:<>\r\n");
        Assert.StartsWith("503 ", client.Say("ETRN there.example\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1")]
    [InlineData("POST /x HTTP/1.0")]
    [InlineData("CONNECT there.example:25 HTTP/1.0")]
    [InlineData("USER joe")]
    public void A_request_of_another_protocol_as_first_command_ends_the_session(string request) => Transcript.Play(
        $"""
        S: 220 mx.test ESMTP Relay.Fast
        C: {request}
        C: MAIL FROM:<a@client.example>
        S: 421 4.7.0 mx.test Rejecting open proxy [192.0.2.7]
        S. 
        """);

    [Fact]
    public void A_request_of_another_protocol_later_is_an_unknown_command() => Transcript.Play(
        """
        S: 220 mx.test ESMTP Relay.Fast
        C: NOOP
        C: GET / HTTP/1.1
        S: 250 2.0.0 OK
        S: 500 5.5.1 Command unrecognized: "GET"
        """);

    [Fact]
    public void A_line_beyond_the_limit_is_discarded_to_its_end_and_refused_once() => Transcript.Play(
        $"""
        S: 220 mx.test ESMTP Relay.Fast
        C: NOOP {new string('x', 5000)}
        C: NOOP {new string('y', 2041)}
        C: NOOP {new string('z', 2042)}
        C: NOOP
        S: 500 5.5.2 Line too long
        S: 250 2.0.0 OK
        S: 500 5.5.2 Line too long
        S: 250 2.0.0 OK
        """);

    [Theory]
    [InlineData(@"NOOP\nQUIT\r\n")]
    [InlineData(@"NOOP\rQUIT\r\n")]
    [InlineData(@"\nQUIT\r\n")]
    [InlineData(@"NOOP\r\r\n")]
    [InlineData(@"NOOP\n\r\n")]
    public void A_bare_line_ending_in_a_command_line_refuses_all_of_it_up_to_crlf(string line) => Transcript.Play(
        $"""
        S: 220 mx.test ESMTP Relay.Fast
        C| {line}
        S: 500 5.5.2 Command line with bare carriage return or linefeed refused
        C: NOOP
        S: 250 2.0.0 OK
        """);

    [Theory]
    [InlineData(@"MAIL FROM:<a\0@client.example>\r\n")]
    [InlineData(@"MAIL\0FROM:<a@client.example>\r\n")]
    [InlineData(@"NO\0OP\r\n")]
    public void A_nul_in_a_command_line_is_refused(string line)
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Say("HELO x\r\n");

        Assert.StartsWith("50", client.Say(Transcript.Unescape(line)), StringComparison.Ordinal);
        Assert.Equal("250 2.0.0 OK\r\n", client.Say("NOOP\r\n"));
    }

    private sealed class EtrnRecorder(EtrnResult result) : IEtrnHandler
    {
        public string Asked { get; private set; } = string.Empty;

        public EtrnResult Start(ClientIdentity client, ReadOnlySpan<byte> node, byte option)
        {
            Asked = (option == 0 ? string.Empty : ((char)option).ToString()) + Encoding.ASCII.GetString(node);
            return result;
        }
    }
}
