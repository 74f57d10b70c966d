using System.Net;
using Relay.Dns;
using Relay.Queue;
using Relay.Routing.Clients;
using Relay.Smtp;
using Relay.Testing;
using Relay.Testing.Dns;

namespace Relay.Delivery.Tests.Destinations;

/// <summary>
/// Mail goes on under the name of the address that it came in on where its listener wants that (Sendmail:
/// DaemonPortOptions, M=h): its PTR record's, if that name has the address.
/// </summary>
public sealed class ArrivalNameTests : IAsyncDisposable
{
    private readonly ScriptedNameServer _dns = new(static query => query.Text switch
    {
        "5.0.0.127.in-addr.arpa PTR" => new DnsReply(query).Answer(DnsQuery.Ptr, DnsReply.NameOf("five.relay.test")),
        "five.relay.test A" => new DnsReply(query).Address("127.0.0.5"),
        "6.0.0.127.in-addr.arpa PTR" => new DnsReply(query).Answer(DnsQuery.Ptr, DnsReply.NameOf("six.relay.test")),
        "six.relay.test A" => new DnsReply(query).Address("127.0.0.66"),
        "8.0.0.127.in-addr.arpa PTR" => new DnsReply(query).Code(2),
        _ => new DnsReply(query).Code(3),
    });

    private readonly ScriptedMailExchanger _exchanger = new();

    public async ValueTask DisposeAsync()
    {
        await _exchanger.DisposeAsync();
        await _dns.DisposeAsync();
    }

    [Theory]
    [InlineData("127.0.0.5", ArrivalUses.HelloName, "five.relay.test", "127.0.0.1")]
    [InlineData("127.0.0.5", ArrivalUses.HelloName | ArrivalUses.SourceAddress, "five.relay.test", "127.0.0.5")]
    [InlineData("127.0.0.5", ArrivalUses.SourceAddress, "relay.test", "127.0.0.5")]
    [InlineData("127.0.0.6", ArrivalUses.HelloName, "relay.test", "127.0.0.1")] // the name has another address
    [InlineData("127.0.0.7", ArrivalUses.HelloName, "relay.test", "127.0.0.1")] // no name
    [InlineData("127.0.0.8", ArrivalUses.HelloName, "relay.test", "127.0.0.1")] // the name server fails
    [InlineData("127.0.0.1", ArrivalUses.HelloName, "relay.test", "127.0.0.1")] // localhost is nobody's name
    public async Task Ehlo_says_the_name_that_the_address_and_the_dns_agree_about(
        string address, ArrivalUses uses, string name, string source)
    {
        await using DeliveryHarness harness = Open();
        await SendAsync(harness, address, uses);
        Assert.Equal(source, Assert.Single(_exchanger.Clients).Address.ToString());
        Assert.Contains($"1: EHLO {name}", _exchanger.Lines);
    }

    [Fact]
    public async Task Mail_of_different_names_shares_no_connection_and_a_name_is_asked_for_once()
    {
        await using DeliveryHarness harness = Open();
        for (int i = 0; i < 3; i++)
        {
            await SendAsync(harness, "127.0.0.5", ArrivalUses.HelloName);
            await SendAsync(harness, null, ArrivalUses.None);
        }

        int asked = _dns.Queries.Count;
        _exchanger.CutAll();
        await SendAsync(harness, "127.0.0.5", ArrivalUses.HelloName);
        Assert.Equal(
            ["1: EHLO five.relay.test", "2: EHLO relay.test", "3: EHLO five.relay.test"],
            _exchanger.Lines.Where(static l => l.Contains("EHLO", StringComparison.Ordinal)));
        Assert.Equal([1, 2, 1, 2, 1, 2, 3], _exchanger.Mails.Select(static m => m.Connection));
        Assert.Equal(2, asked);
        Assert.Equal(asked, _dns.Queries.Count);
    }

    [Fact]
    public async Task A_name_is_kept_for_five_minutes()
    {
        await using DeliveryHarness harness = Open();
        await SendAsync(harness, "127.0.0.7", ArrivalUses.HelloName);
        int asked = _dns.Queries.Count;
        harness.Time.Advance(TimeSpan.FromMinutes(4));
        _exchanger.CutAll();
        await SendAsync(harness, "127.0.0.7", ArrivalUses.HelloName);
        Assert.Equal(asked, _dns.Queries.Count);
        harness.Time.Advance(TimeSpan.FromMinutes(2));
        _exchanger.CutAll();
        await SendAsync(harness, "127.0.0.7", ArrivalUses.HelloName);
        Assert.Equal(asked + 1, _dns.Queries.Count);
    }

    private static async Task SendAsync(DeliveryHarness harness, string? address, ArrivalUses uses)
    {
        await harness.SubmitAsync("user@a.test", change: request =>
        {
            if (address is not null)
            {
                request.Envelope.SetArrival(IPAddress.Parse(address).GetAddressBytes(), uses);
            }
        });
        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
    }

    private DeliveryHarness Open()
    {
        var options = new DnsOptions
        {
            Servers = [_dns.EndPoint],
            Timeout = TimeSpan.FromSeconds(60), // or a slow machine asks twice
            ResolvConf = string.Empty,
            HostsFile = string.Empty,
        };
        var harness = new DeliveryHarness(DeliveryHarness.OneConnection);
        harness.Service.AddressNames = new ClientResolver(new DnsResolver(options, TimeProvider.System));
        harness.Routes["a.test"] = TestRoutes.To(_exchanger.Port);
        return harness;
    }
}
