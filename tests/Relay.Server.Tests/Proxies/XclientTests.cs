using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;
using Relay.Tls;

namespace Relay.Server.Tests.Proxies;

/// <summary>Postfix: XCLIENT_README.</summary>
public sealed class XclientTests : IDisposable
{
    private const string Banner = "220 mx.test ESMTP Relay.Fast\r\n";

    private readonly ServerFixture _fixture = new(new SmtpServerOptions
    {
        HostName = "mx.test",
        XclientHosts = [IPNetwork.Parse("192.0.2.7/32")],
    });

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Xclient_is_offered_to_the_hosts_that_may_use_it_and_unknown_to_all_others()
    {
        Assert.Contains("250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN", Greeted().Say("EHLO x\r\n"), StringComparison.Ordinal);
        TestClient other = Greeted("192.0.2.8");
        Assert.DoesNotContain("XCLIENT", other.Say("EHLO x\r\n"), StringComparison.Ordinal);
        Assert.Equal("500 5.5.1 Command unrecognized: \"XCLIENT\"\r\n", other.Say("XCLIENT ADDR=198.51.100.9\r\n"));
        Assert.Equal("192.0.2.8", _fixture.Policy.Client!.Address.ToString());
    }

    [Theory]
    [InlineData("XCLIENT ADDR=198.51.100.9 PORT=4711 NAME=spike.example DESTADDR=192.0.2.25 DESTPORT=25", "198.51.100.9")]
    [InlineData("xclient name=[UNAVAILABLE] addr=IPv6:2001:db8::9 port=4711", "2001:db8::9")]
    [InlineData("XCLIENT ADDR=198+2E51.100.9 PORT=4711 REVERSE_NAME=[TEMPUNAVAIL]", "198.51.100.9")]
    public void The_session_begins_anew_as_that_of_the_client_named(string command, string address)
    {
        TestClient client = Greeted();
        client.Say("EHLO proxy.example\r\n");
        Assert.Equal(Banner, client.Say(command + "\r\n"));
        ClientIdentity seen = _fixture.Policy.Client!;
        Assert.Equal(address, seen.Address.ToString());
        Assert.Equal(4711, seen.Port);
        Assert.Null(seen.HostName);
        Assert.Empty(seen.Helo);
        Assert.StartsWith("503 5.0.0 ", client.Say("MAIL FROM:<a@b.example>\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_connection_policy_decides_about_the_client()
    {
        TestClient client = Greeted();
        client.Say("EHLO x\r\n");
        _fixture.Policy.ConnectionRefusal = "550 5.7.1 Access denied";
        Assert.Equal(Banner, client.Say("XCLIENT ADDR=198.51.100.9 HELO=y\r\n"));
        Assert.Equal("550 5.7.1 Access denied\r\n", client.Say("MAIL FROM:<a@b.example>\r\n"));

        _fixture.Policy.ConnectionRefusal = null;
        TestClient other = Greeted();
        Assert.Equal(Banner, other.Say("XCLIENT ADDR=198.51.100.10 HELO=y\r\n"));
        Assert.StartsWith("250 ", other.Say("MAIL FROM:<a@b.example>\r\n"), StringComparison.Ordinal);

        TestClient last = Greeted();
        _fixture.Policy.ConnectionRefusal = "421 4.7.0 Go away";
        Assert.Equal("421 4.7.0 Go away\r\n", last.Say("XCLIENT ADDR=198.51.100.11\r\n"));
        Assert.True(last.IsClosed);
    }

    [Fact]
    public void A_client_without_an_address_is_nobody_and_its_mail_is_refused_for_now()
    {
        TestClient client = Greeted();
        Assert.Equal(Banner, client.Say("XCLIENT ADDR=[UNAVAILABLE] HELO=spike.example PROTO=ESMTP\r\n"));
        Assert.StartsWith("450 4.7.1 ", client.Say("MAIL FROM:<a@b.example>\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Helo_and_login_are_taken_over()
    {
        TestClient client = Greeted();
        Assert.Equal(Banner, client.Say("XCLIENT ADDR=198.51.100.9 HELO=spike.example PROTO=ESMTP LOGIN=tim\r\n"));
        Assert.StartsWith("250 ", client.Say("MAIL FROM:<a@b.example>\r\n"), StringComparison.Ordinal);
        ClientIdentity seen = _fixture.Policy.Client!;
        Assert.Equal("tim", seen.AuthenticatedIdentity);
        Assert.True(seen.MayRelayByAuthentication);
        Assert.Equal("spike.example"u8.ToArray(), seen.Helo);
    }

    [Fact]
    public void A_login_that_is_not_available_is_none()
    {
        TestClient client = Greeted();
        Assert.Equal(Banner, client.Say("XCLIENT ADDR=198.51.100.9 LOGIN=[UNAVAILABLE]\r\n"));
        Assert.Null(_fixture.Policy.Client!.AuthenticatedIdentity);
        Assert.False(_fixture.Policy.Client!.MayRelayByAuthentication);
    }

    [Theory]
    [InlineData("XCLIENT ADDR=203.0.113.5 HELO=spike.example")]
    [InlineData("XCLIENT ADDR=192.0.2.7 HELO=spike.example")]
    [InlineData("XCLIENT HELO=spike.example")]
    public void Once_in_a_connection_then_the_client_speaks_for_whom_it_is_unknown(string command)
    {
        TestClient client = Greeted();
        Assert.Equal(Banner, client.Say(command + "\r\n"));
        ClientIdentity seen = _fixture.Policy.Client!;
        Assert.DoesNotContain("XCLIENT", client.Say("EHLO x\r\n"), StringComparison.Ordinal);
        Assert.Equal(
            "500 5.5.1 Command unrecognized: \"XCLIENT\"\r\n", client.Say("XCLIENT ADDR=127.0.0.1 LOGIN=admin\r\n"));
        Assert.Same(seen, _fixture.Policy.Client);
        Assert.StartsWith("250 ", client.Say("MAIL FROM:<a@b.example>\r\n"), StringComparison.Ordinal);
        Assert.Null(_fixture.Policy.Client!.AuthenticatedIdentity);
        Assert.False(_fixture.Policy.Client.MayRelayByAuthentication);
    }

    [Fact]
    public void The_proxys_certificate_gives_its_clients_no_right()
    {
        _fixture.Policy.Identify = static client => client.Tls ??= new TlsInfo
        {
            Version = "TLSv1.3",
            Cipher = "TLS_AES_256_GCM_SHA384",
            Bits = 256,
            Verification = TlsVerification.Ok,
            Certificate = Authentication.TestCertificate.Of("proxy.example"),
        };
        TestClient client = Greeted();
        _fixture.Policy.Identify = null;
        client.Say("XCLIENT ADDR=198.51.100.9\r\n");
        Assert.NotNull(_fixture.Policy.Client!.Tls);
        Assert.Null(_fixture.Policy.Client.Tls.Certificate);
        Assert.Equal(TlsVerification.Not, _fixture.Policy.Client.Tls.Verification);
    }

    [Theory]
    [InlineData("XCLIENT")]
    [InlineData("XCLIENT ADDR")]
    [InlineData("XCLIENT =x")]
    [InlineData("XCLIENT SHOE=41")]
    [InlineData("XCLIENT ADDR=198.51.100.9 ADDR=198.51.100.10")]
    [InlineData("XCLIENT ADDR=198.51.100")]
    [InlineData("XCLIENT ADDR=IPV6:198.51.100.9")]
    [InlineData("XCLIENT ADDR=fe80::1%1")]
    [InlineData("XCLIENT PORT=65536")]
    [InlineData("XCLIENT PROTO=LMTP")]
    [InlineData("XCLIENT HELO=a+0Db")]
    [InlineData("XCLIENT HELO=[nobody")]
    [InlineData("XCLIENT LOGIN=a+0Ab")]
    [InlineData("XCLIENT LOGIN=a+4")]
    [InlineData("XCLIENT LOGIN=a+zz")]
    [InlineData("XCLIENT LOGIN=a+FF")]
    public void Attributes_that_are_none_are_501_and_change_nothing(string command)
    {
        TestClient client = Greeted();
        client.Say("EHLO x\r\n");
        Assert.Equal("501 5.5.4 Syntax error in XCLIENT attributes\r\n", client.Say(command + "\r\n"));
        Assert.Equal("192.0.2.7", _fixture.Policy.Client!.Address.ToString());
        Assert.StartsWith("250 ", client.Say("MAIL FROM:<a@b.example>\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Not_within_a_transaction_and_not_with_input_behind_it()
    {
        TestClient client = Greeted();
        client.Say("EHLO x\r\n");
        client.Say("MAIL FROM:<a@b.example>\r\n");
        Assert.Equal(
            "503 5.5.1 XCLIENT not permitted during a mail transaction\r\n", client.Say("XCLIENT ADDR=198.51.100.9\r\n"));
        client.Say("RSET\r\n");
        Assert.Equal(
            "554 5.5.0 SMTP protocol error\r\n", client.Say("XCLIENT ADDR=198.51.100.9\r\nMAIL FROM:<a@b.example>\r\n"));
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void Whatever_is_said_to_xclient_is_answered_and_gives_no_right()
    {
        string[] words =
        [
            "ADDR=", "198.51.100.9", "IPV6:", "2001:db8::9", "PORT=", "25", "HELO=", "x.example", "[", "]", "[UNAVAILABLE]",
            "PROTO=", "ESMTP", "NAME=", "+", "+41", "+00", "=", " ", "\0", "\u00e9", "LOGIN=[TEMPUNAVAIL]", "DESTADDR=",
        ];
        Gen<string> said = Gen.Elements(words).ArrayOf(8).Select(static parts => $"XCLIENT {string.Concat(parts)}\r\n");
        Prop.ForAll(said.ToArbitrary(), text =>
        {
            TestClient client = Greeted();
            Assert.Matches("^(220|501) [^\r]*\r\n$", client.Say(text));
            Assert.False(_fixture.Policy.Client!.MayRelayByAuthentication);
            client.Close();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    private TestClient Greeted(string address = "192.0.2.7")
    {
        TestClient client = _fixture.Connect(new InMemoryConnection(new IPEndPoint(IPAddress.Parse(address), 50000)));
        Assert.Equal(Banner, client.Hear());
        return client;
    }
}
