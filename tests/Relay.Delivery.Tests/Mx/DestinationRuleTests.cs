using Relay.Delivery.Rules;
using Relay.Queue;

namespace Relay.Delivery.Tests.Mx;

/// <summary>Rules for recipient domains and for mail hosts, with domains that share their mail hosts.</summary>
public sealed class DestinationRuleTests
{
    private const string Zone =
        "one IN MX 10 a\none IN MX 20 b\ntwo IN MX 10 a\ntwo IN MX 20 b\nthree IN MX 10 a\nthree IN MX 20 b\n"
        + "a IN A @1\nb IN A @2";

    [Fact]
    public async Task A_domain_with_a_rule_has_a_line_and_limits_of_its_own_beside_those_of_its_mail_hosts()
    {
        await using MxWorld world = await MxWorld.StartAsync(
            Zone,
            [null, null],
            static _ => Options(
                Rule("two.test", 1) with { MessagesPerConnection = 7 }, Rule("mx:a.test", 5), Rule("mx:b.test", 6)));
        await world.SendAsync("x@one.test");
        await world.SendAsync("x@two.test");
        await world.SendAsync("x@three.test");
        DestinationSummary[] destinations =
            [.. world.Harness.Service.SummarizeDestinations().OrderBy(static d => d.Name.Length)];
        int port = world.Exchangers[0].Port;
        string site = $"mx:a.test/{port}:b.test/{port}";
        Assert.Equal([site, $"{site}#two.test"], destinations.Select(static d => d.Name));
        Assert.Equal([5, 1], destinations.Select(static d => d.ConnectionLimit)); // b is not among the best
    }

    [Fact]
    public async Task A_rule_for_a_domain_that_comes_and_goes_by_reload_splits_and_joins_its_mail()
    {
        await using MxWorld world = await MxWorld.StartAsync(Zone, [null, null], static _ => Options());
        await world.SendAsync("x@one.test");
        await world.SendAsync("x@two.test");
        Assert.Single(world.Harness.Service.SummarizeDestinations());

        world.Harness.Service.Reload(Options(Rule("*.test", 2)));
        await world.SendAsync("x@two.test");
        Assert.Contains(
            world.Harness.Service.SummarizeDestinations(),
            static d => d.Name.EndsWith("#*.test", StringComparison.Ordinal) && d.ConnectionLimit == 2);

        world.Harness.Service.Reload(Options());
        Assert.Equal(RecipientStatus.Delivered, (await world.SendAsync("x@one.test")).Status);
        Assert.All(
            world.Harness.Service.SummarizeDestinations(), static d => Assert.Equal(20, d.ConnectionLimit));
    }

    [Fact]
    public async Task A_domain_stands_for_its_destination_when_that_is_suspended()
    {
        await using MxWorld world = await MxWorld.StartAsync(Zone, [null, null]);
        (string? name, _) = await world.Harness.Service.FindDestinationAsync("two.test");
        world.Harness.Service.Suspend(name!, "order", duration: null, isManual: true);
        await world.Harness.SubmitAsync("x@one.test");
        await world.Harness.UntilAsync(static s => s is { Parked: 1, Suspension: not null });
        Assert.Equal([0, 0], world.Counts);
        Assert.True(world.Harness.Service.Resume(name!));
        Assert.Equal(RecipientStatus.Delivered, (await world.Harness.Queue.NextAsync()).Only.Status);
        Assert.Null((await world.Harness.Service.FindDestinationAsync("nowhere.test")).Name);
    }

    private static DeliveryOptions Options(params DestinationRule[] rules) =>
        new() { HostName = "relay.test", DestinationRules = rules };

    private static DestinationRule Rule(string match, int connections)
    {
        Assert.True(DestinationPattern.TryParse(match, out DestinationPattern pattern));
        return new DestinationRule { Patterns = [pattern], Origin = "test", Connections = connections };
    }
}
