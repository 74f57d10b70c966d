using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests.Destinations;

/// <summary>
/// Connections are shared by who has work for them, and while they are scarce opened for long lines and slow next hops.
/// </summary>
public sealed class ConnectionShareTests
{
    private static readonly DeliveryOptions _scarce = new()
    {
        HostName = "relay.test",
        PipelineTransactions = false,
        ConnectionsPerDestinationMax = 20,
        ConnectionsMax = 19,
    };

    [Fact]
    public async Task Short_line_waits_for_the_session_that_is_up_while_connections_are_scarce()
    {
        await using var exchanger = new ScriptedMailExchanger(static line => line == EndOfData ? Hang : null);
        await using var harness = new DeliveryHarness(_scarce);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        for (int i = 0; i < 16; i++)
        {
            await harness.SubmitAsync("user@a.test");
        }

        await exchanger.WhenAsync(static e => e.ContentsReceived == 1);
        DestinationSummary summary = Assert.Single(harness.Service.SummarizeDestinations());
        Assert.Equal((15, 1, 1), (summary.Parked, summary.Active, summary.Connections));

        await harness.SubmitAsync("user@a.test"); // now it is long
        await exchanger.WhenAsync(static e => e.ContentsReceived == 2);
    }

    [Fact]
    public async Task Short_line_that_does_not_move_gets_more_connections_at_the_second_beat()
    {
        await using var exchanger = new ScriptedMailExchanger(static line => line == EndOfData ? Hang : null);
        await using var harness = new DeliveryHarness(_scarce);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        for (int i = 0; i < 4; i++)
        {
            await harness.SubmitAsync("user@a.test");
        }

        await exchanger.WhenAsync(static e => e.ContentsReceived == 1);
        Assert.Equal(1, exchanger.Connections);

        harness.Time.Advance(TimeSpan.FromSeconds(3));
        await exchanger.WhenAsync(static e => e.ContentsReceived == 4);
        Assert.Equal(4, exchanger.Connections);
    }

    [Fact]
    public async Task Destinations_at_work_share_the_connections_and_an_idle_one_leaves_them_to_the_others()
    {
        await using var one = new ScriptedMailExchanger(static line => line == EndOfData ? Hang : null);
        await using var two = new ScriptedMailExchanger(static line => line == EndOfData ? Hang : null);
        await using var idle = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(
            new DeliveryOptions { HostName = "relay.test", PipelineTransactions = false, ConnectionsMax = 9 });
        harness.Routes["one.test"] = TestRoutes.To(one.Port);
        harness.Routes["two.test"] = TestRoutes.To(two.Port);
        harness.Routes["idle.test"] = TestRoutes.To(idle.Port);
        await harness.SendAsync("user@idle.test");

        await harness.SubmitAsync("user@one.test");
        await harness.SubmitAsync("user@two.test");
        await one.WhenAsync(static e => e.ContentsReceived == 1);
        await two.WhenAsync(static e => e.ContentsReceived == 1);
        for (int i = 0; i < 400; i++)
        {
            await harness.SubmitAsync("user@one.test");
            await harness.SubmitAsync("user@two.test");
        }

        await one.WhenAsync(static e => e.ContentsReceived == 4);
        await two.WhenAsync(static e => e.ContentsReceived == 4);
        Assert.Equal((4, 4, 1), (one.Connections, two.Connections, idle.Connections));
        Assert.Equal(9, harness.Service.Connections);
    }
}
