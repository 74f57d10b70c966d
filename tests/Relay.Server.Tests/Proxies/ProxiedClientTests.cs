using System.Net;
using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;
using Relay.Server.Tests.Listening;
using Relay.Tls;
using static Relay.Server.Tests.Proxies.ProxyWords;

namespace Relay.Server.Tests.Proxies;

/// <summary>
/// Sessions behind a proxy that speaks the PROXY protocol: every gate sees the client, not the proxy.
/// </summary>
public sealed class ProxiedClientTests : IDisposable
{
    private readonly ServerFixture _fixture = new(new SmtpServerOptions
    {
        HostName = "mx.test",
        Proxies = [IPNetwork.Parse("192.0.2.0/24")],
        TlsProxies = [IPNetwork.Parse("192.0.2.8/32")],
    });

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_client_that_the_header_names_is_the_one_that_the_policies_see(int version)
    {
        TestClient client = Connect();
        Assert.Equal(string.Empty, client.Hear());
        Assert.StartsWith("220 mx.test ESMTP", client.Say(version == 1
            ? Line("198.51.100.9") : Binary("198.51.100.9", "192.0.2.25")), StringComparison.Ordinal);
        ClientIdentity seen = _fixture.Policy.Client!;
        Assert.Equal("198.51.100.9", seen.Address.ToString());
        Assert.Equal(40000, seen.Port);
        Assert.Equal("192.0.2.25", seen.LocalAddress!.ToString());
        Assert.Contains("pleased to meet you", client.Say("HELO x\r\n"), StringComparison.Ordinal);
        client.Say("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n");
        Assert.StartsWith("250 ", client.Say("x\r\n.\r\n"), StringComparison.Ordinal);
        Assert.Contains("[198.51.100.9]", _fixture.Queue.Messages.Single().Prologue, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_client_says_behind_the_header_is_its_own_however_it_is_cut()
    {
        string said = Binary("198.51.100.9", "192.0.2.25") + "HELO x\r\nNOOP\r\n";
        for (int cut = 1; cut < said.Length; cut += 3)
        {
            TestClient client = Connect();
            string heard = client.Say(said[..cut]) + client.Say(said[cut..]);
            Assert.Matches("^220 [^\r]*\r\n250 [^\r]*\r\n250 2.0.0 OK\r\n$", heard);
        }
    }

    [Fact]
    public void A_client_that_talks_within_the_greet_pause_is_caught_behind_a_proxy_too()
    {
        _fixture.Policy.Connection = new ConnectionDecision { GreetPause = TimeSpan.FromSeconds(5) };
        TestClient client = Connect();
        Assert.Equal(string.Empty, client.Say(Line("198.51.100.9")));
        Assert.StartsWith("554 ", client.Say("HELO x\r\n"), StringComparison.Ordinal);
        TestClient hasty = Connect();
        Assert.StartsWith("554 ", hasty.Say(Line("198.51.100.9") + "HELO x\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EHLO x\r\n")]
    [InlineData("PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n")]
    public void A_connection_without_a_header_is_closed_unheard_and_logged(string said)
    {
        TestClient client = Connect();
        Assert.Equal(string.Empty, client.Say(said));
        Assert.True(client.IsClosed);
        Assert.Null(_fixture.Policy.Client);
        Assert.Contains(_fixture.Log.Lines, static line => line.Contains("PROXY header", StringComparison.Ordinal));
    }

    [Fact]
    public void A_header_of_somebody_who_is_no_proxy_is_not_even_read()
    {
        TestClient client = Connect("203.0.113.1");
        Assert.Equal(string.Empty, client.Say(Line("198.51.100.9")));
        Assert.True(client.IsClosed);
        Assert.Contains(_fixture.Log.Lines, static line => line.Contains("server.proxies", StringComparison.Ordinal));
    }

    [Fact]
    public void A_header_where_none_is_expected_ends_the_session_instead_of_making_the_proxy_a_client()
    {
        var client = new TestClient(_fixture.Context, new InMemoryConnection());
        client.Hear();
        Assert.StartsWith("421 ", client.Say(Line("198.51.100.9") + "HELO x\r\n"), StringComparison.Ordinal);
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void A_proxy_that_looks_whether_we_live_is_greeted_and_one_that_closes_leaves_no_line()
    {
        TestClient check = Connect();
        Assert.StartsWith("220 ", check.Say(Binary(0x20, 0, string.Empty)), StringComparison.Ordinal);
        Assert.Equal("192.0.2.7", _fixture.Policy.Client!.Address.ToString());
        check.Say("QUIT\r\n");
        int lines = _fixture.Log.Lines.Count;
        TestClient knock = Connect();
        knock.Close();
        knock.Hear();
        Assert.True(knock.IsClosed);
        Assert.DoesNotContain(
            _fixture.Log.Lines.Skip(lines), static line => line.Contains("PROXY", StringComparison.Ordinal));
    }

    [Fact]
    public void A_client_whom_the_proxy_does_not_know_is_greeted_and_its_mail_refused_for_now()
    {
        TestClient client = Connect();
        Assert.StartsWith("220 ", client.Say("PROXY UNKNOWN\r\n"), StringComparison.Ordinal);
        client.Say("EHLO x\r\n");
        Assert.Equal("450 4.7.1 The proxy has not told the client's address\r\n", client.Say("MAIL FROM:<a@b.example>\r\n"));
        Assert.Null(_fixture.Policy.Client);
    }

    [Fact]
    public void A_header_whose_checksum_is_wrong_ends_the_connection_and_is_logged()
    {
        TestClient right = Connect();
        Assert.StartsWith("220 ", right.Say(Checksummed("198.51.100.9", "192.0.2.25")), StringComparison.Ordinal);
        TestClient wrong = Connect();
        Assert.Equal(string.Empty, wrong.Say(Binary("198.51.100.10", "192.0.2.25", Extension(0x03, "abcd"))));
        Assert.True(wrong.IsClosed);
        Assert.Equal("198.51.100.9", _fixture.Policy.Client!.Address.ToString());
        Assert.Contains(_fixture.Log.Lines, static line => line.Contains(
            "rejecting connection: the checksum of its PROXY header is wrong", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ListenerModifiers.None)]
    [InlineData(ListenerModifiers.ImplicitTls)]
    public void TLS_that_a_proxy_of_that_right_has_ended_counts_as_spoken_with_us(ListenerModifiers modifiers)
    {
        TestClient client = Connect("192.0.2.8", modifiers);
        Assert.StartsWith(
            "220 ", client.Say(Binary("198.51.100.9", "192.0.2.25", EndedTls("TLSv1.3"))), StringComparison.Ordinal);
        TlsInfo seen = _fixture.Policy.Client!.Tls!;
        Assert.Equal(("TLSv1.3", "ECDHE-RSA-AES256-GCM-SHA384", 256), (seen.Version, seen.Cipher, seen.Bits));
        Assert.Equal((TlsVerification.Not, null), (seen.Verification, seen.Certificate));
        Assert.DoesNotContain("STARTTLS", client.Say("EHLO x\r\n"), StringComparison.Ordinal);
        client.Say("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n");
        Assert.StartsWith("250 ", client.Say("x\r\n.\r\n"), StringComparison.Ordinal);
        string received = _fixture.Queue.Messages.Single().Prologue;
        Assert.Contains(" with ESMTPS ", received, StringComparison.Ordinal);
        Assert.Contains(
            "(version=TLSv1.3 cipher=ECDHE-RSA-AES256-GCM-SHA384 bits=256 verify=NOT)",
            received,
            StringComparison.Ordinal);
        Assert.Contains(_fixture.Log.Lines, static line => line.Contains(
            "TLS was ended by the proxy, relay=[198.51.100.9], version=TLSv1.3", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("192.0.2.7", "TLSv1.3", 7)]
    [InlineData("192.0.2.8", "TLSv1.1", 7)]
    [InlineData("192.0.2.8", "SSLv3", 7)]
    [InlineData("192.0.2.8", "", 7)]
    [InlineData("192.0.2.8", "TLSv1.3, verify=OK", 7)]
    [InlineData("192.0.2.8", "TLSv1.3", 0)]
    public void What_others_tell_of_TLS_and_TLS_of_old_versions_do_not_count(string proxy, string version, int flags)
    {
        TestClient client = Connect(proxy);
        Assert.StartsWith(
            "220 ",
            client.Say(Binary("198.51.100.9", "192.0.2.25", EndedTls(version, client: flags))),
            StringComparison.Ordinal);
        Assert.Null(_fixture.Policy.Client!.Tls);
        Assert.DoesNotContain(_fixture.Log.Lines, static line => line.Contains("TLS", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("none) ESMTPA (")]
    public void A_cipher_that_is_none_has_no_strength_and_its_name_goes_nowhere(string cipher)
    {
        Connect("192.0.2.8").Say(Binary("198.51.100.9", "192.0.2.25", EndedTls("TLSv1.3", cipher)));
        TlsInfo seen = _fixture.Policy.Client!.Tls!;
        Assert.Equal(("unknown", 0), (seen.Cipher, seen.Bits));
    }

    [Fact]
    public void The_policy_is_asked_whether_such_TLS_is_good_enough()
    {
        _fixture.Policy.TlsRefusal = "454 4.7.0 encryption too weak";
        TestClient client = Connect("192.0.2.8");
        client.Say(Binary("198.51.100.9", "192.0.2.25", EndedTls("TLSv1.3")));
        client.Say("EHLO x\r\n");
        Assert.Equal("454 4.7.0 encryption too weak\r\n", client.Say("MAIL FROM:<a@b.example>\r\n"));
    }

    [Fact]
    public void A_proxy_that_is_silent_is_cut_after_the_time_of_a_handshake()
    {
        TestClient client = Connect();
        client.Say("PROXY TCP4 ");
        for (int second = 0; second <= 62; second++)
        {
            _fixture.Time.Advance(TimeSpan.FromSeconds(1));
            _fixture.Heartbeat.Tick();
        }

        Assert.True(client.Connection.IsAborted);
    }

    [Fact]
    public async Task Rates_and_open_connections_are_those_of_the_client()
    {
        await using LiveServer live = await LiveServer.StartAsync(new SmtpServerOptions
        {
            HostName = "mx.test",
            ConnectionsPerAddressMax = 2,
            Proxies = [IPNetwork.Parse("127.0.0.0/8")],
            Listeners =
            [
                new SmtpListenerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), ExpectsProxy = true },
            ],
        });
        using (SocketClient first = Greeted(live, "198.51.100.9"), second = Greeted(live, "198.51.100.9"))
        {
            Assert.Equal(2, live.Policy.Client!.ConnectionRate);
            Assert.Equal(2, live.Policy.Client!.OpenConnections);
            using var third = new SocketClient(live.EndPoint);
            third.Send(Line("198.51.100.9"));
            Assert.Equal("421 4.3.2 Too many open connections.\r\n", third.ReadReply());
            Assert.True(third.IsClosedByServer());
            using SocketClient other = Greeted(live, "198.51.100.10");
            Assert.Equal(1, live.Policy.Client!.ConnectionRate);
        }

        await ListenerTests.WaitUntilAsync(() =>
        {
            using var again = new SocketClient(live.EndPoint);
            again.Send(Line("198.51.100.9"));
            return again.ReadReply().StartsWith("220 ", StringComparison.Ordinal);
        });
    }

    private static SocketClient Greeted(LiveServer live, string source)
    {
        var client = new SocketClient(live.EndPoint);
        client.Send(Line(source));
        Assert.StartsWith("220 ", client.ReadReply(), StringComparison.Ordinal);
        return client;
    }

    private TestClient Connect(
        string proxy = "192.0.2.7", ListenerModifiers modifiers = ListenerModifiers.None) => new(
            _fixture.Context,
            new InMemoryConnection(new IPEndPoint(IPAddress.Parse(proxy), 50000)),
            modifiers,
            expectsProxy: true);
}
