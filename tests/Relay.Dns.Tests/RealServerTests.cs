using System.Net;
using System.Text;
using Relay.Testing.Dns;

namespace Relay.Dns.Tests;

/// <summary>The resolver against nsd, unbound and dnsmasq of Debian, with zones made for the test.</summary>
public sealed class RealServerTests
{
    private static readonly string _zone =
        """
        $TTL 300
        @ IN SOA ns.example.test. admin.example.test. 1 3600 600 86400 120
        @ IN NS ns.example.test.
        @ IN MX 10 mx1
        @ IN MX 20 mx2.example.test.
        @ IN TXT "v=spf1 " "mx -all"
        ns IN A 127.0.0.1
        mx1 IN A 192.0.2.1
        mx1 IN AAAA 2001:db8::1
        mx2 IN A 192.0.2.2
        alias IN CNAME second
        second IN CNAME mx1
        outside IN CNAME host.other.test.
        dangling IN CNAME gone
        null IN MX 0 .
        empty.below IN A 192.0.2.3
        _25._tcp.mx1 IN TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
        1.2.0.192.in-addr IN PTR mx1.example.test.

        """ + string.Concat(Enumerable.Range(1, 250).Select(i => $"many IN A 10.0.0.{i}\n"));

    private const string Other =
        """
        $TTL 300
        @ IN SOA ns.other.test. admin.other.test. 1 3600 600 86400 120
        @ IN NS ns.other.test.
        ns IN A 127.0.0.1
        host IN A 192.0.2.77

        """;

    [Theory]
    [InlineData("nsd")]
    [InlineData("unbound")]
    [InlineData("dnsmasq")]
    public async Task All_types_and_denials_are_read_from_a_real_server(string program)
    {
        await using Servers servers = await Servers.StartAsync(program);
        IDnsResolver dns = servers.Resolver;

        DnsAnswer mx = await AskAsync(dns, "Example.test", DnsRecordType.Mx);
        Assert.Equal(
            [new MxRecord(10, "mx1.example.test"), new MxRecord(20, "mx2.example.test")],
            mx.Exchanges.OrderBy(static m => m.Preference));
        Assert.Equal(
            [IPAddress.Parse("192.0.2.1")], (await AskAsync(dns, "mx1.example.test", DnsRecordType.A)).Addresses);
        Assert.Equal(
            [IPAddress.Parse("2001:db8::1")], (await AskAsync(dns, "mx1.example.test", DnsRecordType.Aaaa)).Addresses);
        DnsAnswer txt = await AskAsync(dns, "example.test", DnsRecordType.Txt);
        Assert.Equal("v=spf1 mx -all", Encoding.ASCII.GetString(txt.Data.Single().Span));
        Assert.Equal(35, (await AskAsync(dns, "_25._tcp.mx1.example.test", DnsRecordType.Tlsa)).Data.Single().Length);
        Assert.Equal(
            ["mx1.example.test"], (await AskAsync(dns, "1.2.0.192.in-addr.example.test", DnsRecordType.Ptr)).Names);
        Assert.Equal(
            ["second.example.test"], (await AskAsync(dns, "alias.example.test", DnsRecordType.Cname)).Names);
        Assert.Equal([new MxRecord(0, ".")], (await AskAsync(dns, "null.example.test", DnsRecordType.Mx)).Exchanges);

        DnsAnswer alias = await AskAsync(dns, "alias.example.test", DnsRecordType.A);
        Assert.Equal(("mx1.example.test", 1), (alias.CanonicalName, alias.Addresses.Count));

        Assert.Equal(DnsStatus.NoData, (await AskAsync(dns, "mx2.example.test", DnsRecordType.Aaaa)).Status);
        Assert.Equal(DnsStatus.NoData, (await AskAsync(dns, "below.example.test", DnsRecordType.A)).Status);
        Assert.Equal(DnsStatus.NameError, (await AskAsync(dns, "gone.example.test", DnsRecordType.A)).Status);
        Assert.Equal(DnsStatus.NameError, (await AskAsync(dns, "dangling.example.test", DnsRecordType.A)).Status);
        Assert.True(dns.TryGetCached("gone.example.test"u8, DnsRecordType.A, out _) || program == "dnsmasq");
    }

    [Theory]
    [InlineData("nsd")]
    [InlineData("unbound")]
    [InlineData("dnsmasq")]
    public async Task A_truncated_answer_comes_whole_by_tcp(string program)
    {
        await using Servers servers = await Servers.StartAsync(program);
        Assert.Equal(250, (await AskAsync(servers.Resolver, "many.example.test", DnsRecordType.A)).Addresses.Count);
    }

    [Fact]
    public async Task A_chain_out_of_the_zone_is_followed()
    {
        await using Servers servers = await Servers.StartAsync("unbound");
        DnsAnswer answer = await AskAsync(servers.Resolver, "outside.example.test", DnsRecordType.A);
        Assert.Equal(("host.other.test", "192.0.2.77"), (answer.CanonicalName, answer.Addresses.Single().ToString()));
    }

    [Fact]
    public async Task A_chain_that_an_authoritative_server_leaves_off_is_asked_on()
    {
        await using Servers servers = await Servers.StartAsync("nsd");
        DnsAnswer answer = await AskAsync(servers.Resolver, "outside.example.test", DnsRecordType.A);
        Assert.Equal(("host.other.test", "192.0.2.77"), (answer.CanonicalName, answer.Addresses.Single().ToString()));
    }

    [Fact]
    public async Task Refusal_of_a_zone_that_a_server_does_not_have_is_temporary()
    {
        await using Servers servers = await Servers.StartAsync("nsd");
        Assert.Equal(
            DnsStatus.TemporaryFailure, (await AskAsync(servers.Resolver, "elsewhere.test", DnsRecordType.A)).Status);
    }

    [Fact]
    public async Task A_lame_delegation_is_servfail_and_so_temporary_and_the_next_server_may_know_better()
    {
        await using Servers servers = await Servers.StartAsync("unbound");
        Assert.Equal(
            DnsStatus.TemporaryFailure, (await AskAsync(servers.Resolver, "lame.test", DnsRecordType.A)).Status);

        await using NameServerProgram healthy = await NameServerProgram.StartNsdAsync(
            ("lame.test", Other.Replace("other.test", "lame.test", StringComparison.Ordinal)));
        var both = new DnsResolver(
            new DnsOptions { Servers = [servers.EndPoint, healthy.EndPoint], Timeout = TimeSpan.FromSeconds(20) },
            TimeProvider.System);
        Assert.Equal(DnsStatus.Found, (await AskAsync(both, "host.lame.test", DnsRecordType.A)).Status);
    }

    private static async Task<DnsAnswer> AskAsync(IDnsResolver dns, string name, DnsRecordType type) =>
        await dns.QueryAsync(name, type, CancellationToken.None);

    /// <summary>nsd with the zones; unbound or dnsmasq before it where those are to be asked.</summary>
    private sealed class Servers(NameServerProgram authority, NameServerProgram? recursor) : IAsyncDisposable
    {
        public IPEndPoint EndPoint => (recursor ?? authority).EndPoint;

        public IDnsResolver Resolver { get; } = new DnsResolver(
            new DnsOptions { Servers = [(recursor ?? authority).EndPoint], Timeout = TimeSpan.FromSeconds(20) },
            TimeProvider.System);

        public static async Task<Servers> StartAsync(string program)
        {
            foreach (string needed in (string[])["nsd", program])
            {
                Assert.SkipUnless(
                    NameServerProgram.IsThere(needed), $"{needed} is not unpacked (tests/get-dns-servers.sh does it)");
            }

            NameServerProgram authority = await NameServerProgram.StartNsdAsync(
                ("example.test", _zone), ("other.test", Other));
            IPEndPoint at = authority.EndPoint;
            NameServerProgram? recursor = program switch
            {
                "unbound" => await NameServerProgram.StartUnboundAsync(
                    ("example.test", at), ("other.test", at), ("lame.test", at)),
                "dnsmasq" => await NameServerProgram.StartDnsmasqAsync($"server=/test/{at.Address}#{at.Port}"),
                _ => null,
            };
            return new Servers(authority, recursor);
        }

        public async ValueTask DisposeAsync()
        {
            if (recursor is not null)
            {
                await recursor.DisposeAsync();
            }

            await authority.DisposeAsync();
        }
    }
}
