using Relay.Testing;
using Relay.Testing.Dns;

namespace Relay.Dns.Tests;

/// <summary>
/// Hosts by their origin: configuration may use literals, the hosts file and the search list; mail may not.
/// </summary>
public sealed class HostResolverTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("relay-dns-").FullName;
    private readonly ManualTimeProvider _time = new();
    private readonly Dictionary<string, Func<DnsQuery, DnsReply>> _zone = [];
    private readonly ScriptedNameServer _server;

    public HostResolverTests()
    {
        File.WriteAllText(Path.Combine(_folder, "hosts"), "192.0.2.9 infile\n2001:db8::9 infile\n");
        File.WriteAllText(Path.Combine(_folder, "resolv.conf"), "search one.test two.test\n");
        _server = new ScriptedNameServer(q => _zone.TryGetValue(q.Text, out Func<DnsQuery, DnsReply>? reply)
            ? reply(q)
            : _zone.Keys.Any(k => k.StartsWith(q.Name + " ", StringComparison.Ordinal))
                ? new DnsReply(q).Soa("test", 60, 60)
                : new DnsReply(q).Code(3).Soa("test", 60, 60));
        _zone["mail.test A"] = static q => new DnsReply(q).Address("192.0.2.1").Address("192.0.2.2");
        _zone["mail.test AAAA"] = static q => new DnsReply(q).Address("2001:db8::1");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(AddressPreference.Ipv6First, "2001:db8::1 192.0.2.1 192.0.2.2")]
    [InlineData(AddressPreference.Ipv4First, "192.0.2.1 192.0.2.2 2001:db8::1")]
    [InlineData(AddressPreference.Ipv4Only, "192.0.2.1 192.0.2.2")]
    [InlineData(AddressPreference.Ipv6Only, "2001:db8::1")]
    public async Task Both_families_come_in_the_order_preferred(AddressPreference preference, string addresses)
    {
        Assert.Equal(addresses, await ResolveAsync("mail.test", HostOrigin.Dns, preference));
        Assert.Equal(addresses, await ResolveAsync("mail.test", HostOrigin.Configuration, preference));
    }

    [Fact]
    public async Task One_family_is_enough_when_the_other_fails_or_has_none()
    {
        _zone["mail.test AAAA"] = static q => new DnsReply(q).Code(2);
        Assert.Equal("192.0.2.1 192.0.2.2", await ResolveAsync("mail.test", HostOrigin.Dns));
        _zone["four.test A"] = static q => new DnsReply(q).Address("192.0.2.4");
        Assert.Equal("192.0.2.4", await ResolveAsync("four.test", HostOrigin.Dns));
    }

    [Fact]
    public async Task One_family_that_fails_makes_the_lack_of_the_other_temporary()
    {
        _zone["half.test A"] = static q => new DnsReply(q).Soa("test", 60, 60);
        _zone["half.test AAAA"] = static q => new DnsReply(q).Code(2);
        Assert.Equal("TemporaryFailure", await ResolveAsync("half.test", HostOrigin.Dns));
    }

    [Fact]
    public async Task No_such_host_and_no_address_are_told_apart()
    {
        _zone["mx.test MX"] = static q => new DnsReply(q).Answer(DnsQuery.Mx, DnsReply.MxOf(1, "mail.test"));
        Assert.Equal("NameError", await ResolveAsync("gone.test", HostOrigin.Dns));
        Assert.Equal("NoData", await ResolveAsync("mx.test", HostOrigin.Dns));
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("infile", "2001:db8::9 192.0.2.9")]
    [InlineData("INFILE.", "2001:db8::9 192.0.2.9")]
    [InlineData("localhost", "::1 127.0.0.1")]
    public async Task Hosts_of_routes_may_be_literals_or_in_the_hosts_file(string host, string addresses)
    {
        Assert.Equal(addresses, await ResolveAsync(host, HostOrigin.Configuration));
        Assert.Empty(_server.Queries);
    }

    [Theory]
    [InlineData("192.0.2.7")]
    [InlineData("infile")]
    [InlineData("localhost")]
    public async Task Hosts_of_mail_are_asked_of_the_dns_alone(string host)
    {
        Assert.Equal("NameError", await ResolveAsync(host, HostOrigin.Dns));
        Assert.NotEmpty(_server.Queries);
    }

    [Fact]
    public async Task The_search_list_applies_to_hosts_of_routes_only()
    {
        _zone["hub.two.test A"] = static q => new DnsReply(q).Address("192.0.2.5");
        Assert.Equal("192.0.2.5", await ResolveAsync("hub", HostOrigin.Configuration));
        Assert.Equal("NameError", await ResolveAsync("hub", HostOrigin.Dns));
        Assert.Equal("NameError", await ResolveAsync("hub.", HostOrigin.Configuration));
    }

    [Fact]
    public async Task A_candidate_of_the_search_list_that_fails_makes_the_whole_temporary()
    {
        _zone["hub.one.test A"] = static q => new DnsReply(q).Code(2);
        Assert.Equal("TemporaryFailure", await ResolveAsync("hub", HostOrigin.Configuration));
    }

    [Fact]
    public async Task Mx_records_of_a_recipients_domain_are_asked_for_as_they_are()
    {
        _zone["mx.test MX"] = static q => new DnsReply(q).Answer(DnsQuery.Mx, DnsReply.MxOf(5, "mail.test"));
        DnsAnswer answer = await ExchangesAsync("mx.test", HostOrigin.Dns);
        Assert.Equal([new MxRecord(5, "mail.test")], answer.Exchanges);
        Assert.Equal(DnsStatus.NameError, (await ExchangesAsync("infile", HostOrigin.Dns)).Status);
    }

    [Fact]
    public async Task Mx_records_of_a_host_of_a_route_are_searched_and_literals_have_none()
    {
        _zone["hub.two.test MX"] = static q => new DnsReply(q).Answer(DnsQuery.Mx, DnsReply.MxOf(5, "mail.test"));
        DnsAnswer answer = await ExchangesAsync("hub", HostOrigin.Configuration);
        Assert.Equal(("hub.two.test", 1), (answer.CanonicalName, answer.Exchanges.Count));
        Assert.Equal(DnsStatus.NoData, (await ExchangesAsync("192.0.2.1", HostOrigin.Configuration)).Status);
        Assert.Equal(DnsStatus.NoData, (await ExchangesAsync("infile", HostOrigin.Configuration)).Status);
        Assert.Equal(DnsStatus.NameError, (await ExchangesAsync("nowhere", HostOrigin.Configuration)).Status);
    }

    private HostResolver Resolver(AddressPreference preference = AddressPreference.Ipv6First)
    {
        var options = new DnsOptions
        {
            Servers = [_server.EndPoint],
            AddressPreference = preference,
            HostsFile = Path.Combine(_folder, "hosts"),
            ResolvConf = Path.Combine(_folder, "resolv.conf"),
        };
        return new HostResolver(new DnsResolver(options, _time), options, _time);
    }

    private async Task<string> ResolveAsync(
        string host, HostOrigin origin, AddressPreference preference = AddressPreference.Ipv6First)
    {
        HostAddresses found = await Resolver(preference).ResolveAsync(host, origin, CancellationToken.None);
        return found.Status == DnsStatus.Found ? string.Join(' ', found.Addresses) : found.Status.ToString();
    }

    private async Task<DnsAnswer> ExchangesAsync(string name, HostOrigin origin) =>
        await Resolver().ResolveExchangesAsync(name, origin, CancellationToken.None);
}
