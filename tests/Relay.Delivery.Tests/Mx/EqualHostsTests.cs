using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests.Mx;

/// <summary>
/// Hosts of equal preference share the mail (RFC 5321 §5.1: the sender must randomize among them), through real
/// sessions, each message over a connection of its own.
/// </summary>
public sealed class EqualHostsTests
{
    /// <summary>That one of two gets none by chance happens once in 2^63 runs.</summary>
    private const int Messages = 64;

    [Fact]
    public async Task Each_of_two_gets_a_share()
    {
        await using var one = new ScriptedMailExchanger();
        await using var two = new ScriptedMailExchanger();
        await SendAllAsync(one.Port, two.Port);
        Assert.Equal((Messages, Messages), (one.Mails.Count + two.Mails.Count, one.Connections + two.Connections));
        Assert.InRange(one.Mails.Count, 1, Messages - 1);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Cut)]
    [InlineData("421 4.3.2 Down")]
    public async Task The_other_gets_all_when_one_is_dead(string? greeting)
    {
        await using var one = new ScriptedMailExchanger(
            line => line == Connected ? greeting : null);
        await using var two = new ScriptedMailExchanger();
        await SendAllAsync(greeting is null ? FailureTests.ClosedPort() : one.Port, two.Port);
        Assert.Equal((0, Messages), (one.Mails.Count, two.Mails.Count));
        Assert.InRange(one.Connections, 0, 1); // once met, it is tried last
    }

    [Fact]
    public async Task A_worse_one_gets_nothing()
    {
        await using var one = new ScriptedMailExchanger();
        await using var two = new ScriptedMailExchanger();
        await using var worse = new ScriptedMailExchanger();
        await SendAllAsync(one.Port, two.Port, worse.Port);
        Assert.Equal((Messages, 0), (one.Mails.Count + two.Mails.Count, worse.Connections));
    }

    private static async Task SendAllAsync(int one, int two, int? worse = null)
    {
        await using var harness = new DeliveryHarness(new DeliveryOptions
        {
            HostName = "relay.test",
            ConnectionsPerDestinationMax = 1,
            MessagesPerConnectionMax = 1,
        });
        var hosts = new List<NextHop> { new("127.0.0.1", one, false, 10), new("127.0.0.1", two, false, 10) };
        if (worse is { } last)
        {
            hosts.Insert(0, new NextHop("127.0.0.1", last, false, 20));
        }

        harness.Routes["a.test"] = new Route(RouteKind.Smtp, "equal", hosts) { IsMxRoute = true };
        for (int i = 0; i < Messages; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await harness.SendAsync("user@a.test")).Only.Status);
        }
    }
}
