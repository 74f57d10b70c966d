using System.Net;
using Relay.Routing.Clients;
using Relay.Routing.Tests.Support;

namespace Relay.Routing.Tests.Clients;

/// <summary>PTR with forward confirmation (Sendmail: client_name, client_ptr, client_resolve).</summary>
public class ClientResolverTests
{
    private const string Zone = """
        1.2.0.192.in-addr.arpa PTR good.example
        good.example A 192.0.2.1
        2.2.0.192.in-addr.arpa PTR forged.example
        forged.example A 198.51.100.1
        3.2.0.192.in-addr.arpa TEMP
        4.2.0.192.in-addr.arpa PTR slow.example
        slow.example TEMP
        5.2.0.192.in-addr.arpa PTR first.example
        5.2.0.192.in-addr.arpa PTR Second.Example
        first.example A 198.51.100.1
        second.example A 192.0.2.5
        6.2.0.192.in-addr.arpa PTR bad_name!.example
        1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR six.example
        six.example AAAA 2001:db8::1
        """;

    [Theory]
    [InlineData("192.0.2.1", ClientResolution.Ok, "good.example", "good.example")]
    [InlineData("192.0.2.2", ClientResolution.Forged, "[192.0.2.2]", "forged.example")]
    [InlineData("192.0.2.3", ClientResolution.Temp, "[192.0.2.3]", null)]
    [InlineData("192.0.2.4", ClientResolution.Temp, "[192.0.2.4]", "slow.example")]
    [InlineData("192.0.2.5", ClientResolution.Ok, "second.example", "second.example")]
    [InlineData("192.0.2.6", ClientResolution.Fail, "[192.0.2.6]", null)]
    [InlineData("192.0.2.9", ClientResolution.Fail, "[192.0.2.9]", null)]
    [InlineData("2001:db8::1", ClientResolution.Ok, "six.example", "six.example")]
    [InlineData("2001:db8::2", ClientResolution.Fail, "[IPv6:2001:db8::2]", null)]
    [InlineData("::ffff:192.0.2.1", ClientResolution.Ok, "good.example", "good.example")]
    public async Task A_name_counts_only_if_it_has_the_address(
        string address, ClientResolution resolution, string name, string? pointer)
    {
        var resolver = new ClientResolver(new ZoneResolver(Zone));
        ClientFacts client = await resolver.ResolveAsync(IPAddress.Parse(address), CancellationToken.None);
        Assert.Equal((resolution, name, pointer), (client.Resolution, client.Name, client.Pointer));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData(null)]
    public async Task This_machine_is_localhost_without_a_question(string? address)
    {
        var zone = new ZoneResolver();
        ValueTask<ClientFacts> task = new ClientResolver(zone).ResolveAsync(
            address is null ? null : IPAddress.Parse(address), CancellationToken.None);
        Assert.True(task.IsCompletedSuccessfully);
        ClientFacts client = await task;
        Assert.Equal(("localhost", ClientResolution.Ok, true), (client.Name, client.Resolution, client.IsThisMachine));
        Assert.Empty(zone.Questions);
    }
}
