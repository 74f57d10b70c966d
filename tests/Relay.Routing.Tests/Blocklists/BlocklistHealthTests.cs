using Relay.Routing.Access;
using Relay.Routing.Blocklists;
using Relay.Routing.Options;
using Relay.Routing.Tests.Support;
using Relay.Routing.Verdicts;

namespace Relay.Routing.Tests.Blocklists;

/// <summary>Dead lists are found and left out (RFC 5782 §5).</summary>
public class BlocklistHealthTests
{
    private static readonly DnsBlocklist List = new() { Zone = "bl.example" };

    [Theory]
    [InlineData("2.0.0.127.bl.example A 127.0.0.2", null)]
    [InlineData("", "it does not list 127.0.0.2, that is no one")]
    [InlineData("2.0.0.127.bl.example A 127.0.0.2\n1.0.0.127.bl.example A 127.0.0.2",
        "it lists 127.0.0.1, that is everyone")]
    [InlineData("2.0.0.127.bl.example TEMP", null)]
    public async Task A_list_must_list_127_0_0_2_and_not_127_0_0_1(string zone, string? reason)
    {
        var health = new BlocklistHealth(new ZoneResolver(zone));
        IReadOnlyList<string> changes = await health.TestAsync([List], CancellationToken.None);
        Assert.Equal(reason, health.WhyBroken(List));
        Assert.Equal(reason is null ? 0 : 1, changes.Count);
        Assert.Empty(await health.TestAsync([List], CancellationToken.None));
    }

    [Fact]
    public async Task A_broken_list_is_not_asked()
    {
        var zone = new ZoneResolver("1.0.0.127.bl.example A 127.0.0.2\n99.2.0.192.bl.example A 127.0.0.2");
        var health = new BlocklistHealth(zone);
        await health.TestAsync([List], CancellationToken.None);
        zone.Questions.Clear();
        RoutingSnapshot rules = new Rules
        {
            Options = new RoutingOptions { HostName = "relay.example", DnsBlocklists = [List] },
        }.Build();
        Verdict verdict = await new AccessControl(zone, health).OnConnectAsync(
            rules, Rules.Stranger, null, null, CancellationToken.None);
        Assert.True(verdict.IsAccepted);
        Assert.Empty(zone.Questions);
    }
}
