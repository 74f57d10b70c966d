using System.Net;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests;

/// <summary>Connections are kept, limited, noticed when dead, and tried host by host (RFC 5321 §5.1).</summary>
public sealed class ConnectionReuseTests
{
    [Fact]
    public async Task Messages_share_a_connection()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(DeliveryHarness.OneConnection);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await harness.SendAsync("user@a.test")).Only.Status);
        }

        Assert.Equal(1, exchanger.Connections);
        Assert.Single(exchanger.Lines, static l => l.Contains("EHLO", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connection_ends_after_its_share_of_messages()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(new DeliveryOptions
        {
            HostName = "relay.test",
            MessagesPerConnectionMax = 2,
            ConnectionsPerDestinationMax = 1,
        });
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        for (int i = 0; i < 5; i++)
        {
            await harness.SendAsync("user@a.test");
        }

        await exchanger.WhenAsync(e => e.Lines.Count(static l => l.EndsWith("QUIT", StringComparison.Ordinal)) == 2);
        Assert.Equal([1, 1, 2, 2, 3], exchanger.Mails.Select(static m => m.Connection));
    }

    [Fact]
    public async Task Idle_connection_is_closed_with_quit()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(DeliveryHarness.OneConnection);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SendAsync("user@a.test");
        await harness.UntilAsync(s => s is { Active: 0, Connections: 1 });

        harness.Time.Advance(TimeSpan.FromSeconds(25));

        await exchanger.WhenAsync(e => e.Lines.Any(static l => l == "1: QUIT"));
        harness.Time.Advance(TimeSpan.FromMinutes(3));
        await harness.UntilAsync(s => s is null);
    }

    [Fact]
    public async Task Dead_cached_connection_costs_no_attempt()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(DeliveryHarness.OneConnection);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SendAsync("user@a.test");

        exchanger.CutAll();
        RecordingQueue.Completion completion = await harness.SendAsync("user@a.test");

        Assert.Equal(RecipientStatus.Delivered, completion.Only.Status);
        Assert.Equal(2, exchanger.Connections);
    }

    [Theory]
    [InlineData("MAIL", Cut)]
    [InlineData("MAIL", "421 4.4.2 idle too long<then cut>")]
    [InlineData("RCPT", Cut)]
    [InlineData("DATA", Cut)]
    public async Task Session_that_breaks_on_a_used_connection_is_tried_afresh_at_once(string stage, string reply)
    {
        int mails = 0;
        string? Script(int connection, string line)
        {
            mails += line.StartsWith("MAIL", StringComparison.Ordinal) ? 1 : 0;
            return connection == 1 && mails == 2 && line.StartsWith(stage, StringComparison.Ordinal) ? reply : null;
        }

        await using var exchanger = new ScriptedMailExchanger(Script);
        await using var harness = new DeliveryHarness(DeliveryHarness.OneConnection);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SendAsync("user@a.test");

        RecordingQueue.Completion completion = await harness.SendAsync("user@a.test");

        Assert.Equal(RecipientStatus.Delivered, completion.Only.Status);
        Assert.Equal([1, 2], exchanger.Mails.Select(static m => m.Connection));
    }

    [Fact]
    public async Task Connection_lost_behind_the_final_dot_is_not_tried_at_once()
    {
        int contents = 0;
        string? Script(string line) => line == EndOfData && ++contents == 2 ? Cut : null;
        await using var exchanger = new ScriptedMailExchanger(Script);
        await using var harness = new DeliveryHarness(DeliveryHarness.OneConnection);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SendAsync("user@a.test");

        RecordingQueue.Completion completion = await harness.SendAsync("user@a.test");

        Assert.Equal(RecipientStatus.Deferred, completion.Only.Status);
        Assert.Contains("may be sent more than once", completion.Only.Text, StringComparison.Ordinal);
        Assert.Equal(1, exchanger.Connections);
        harness.Time.AdvanceTo(completion.NextAttempt);
        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
    }

    [Fact]
    public async Task Window_opens_to_its_limit_once_the_first_connection_is_up()
    {
        await using var exchanger = new ScriptedMailExchanger(
            static line => line == EndOfData ? Hang : null);
        await using var harness = new DeliveryHarness(
            new DeliveryOptions
            {
                HostName = "relay.test",
                ConnectionsPerDestinationMax = 3,
                PipelineTransactions = false,
            });
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        for (int i = 0; i < 10; i++)
        {
            await harness.SubmitAsync("user@a.test");
        }

        await exchanger.WhenAsync(static e => e.ContentsReceived == 3);
        DestinationSummary summary = Assert.Single(harness.Service.SummarizeDestinations());
        Assert.Equal((7, 3, 3), (summary.Parked, summary.Active, summary.Connections));
    }

    [Fact]
    public async Task Next_hop_that_takes_fewer_connections_gets_fewer_and_no_message_is_deferred()
    {
        static string? Script(int connection, string line) =>
            connection > 2 && line == Connected ? "421 4.7.0 too many connections<then cut>" : null;
        await using var exchanger = new ScriptedMailExchanger(Script);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        for (int i = 0; i < 100; i++)
        {
            await harness.SubmitAsync("user@a.test");
        }

        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        }
    }

    [Fact]
    public async Task Message_that_got_no_connection_of_its_own_goes_over_one_that_became_idle_meanwhile()
    {
        using var firstEnds = new ManualResetEventSlim();
        using var secondRefused = new ManualResetEventSlim();
        string? Script(int connection, string line)
        {
            if (connection == 1 && line == EndOfData)
            {
                firstEnds.Wait(TimeSpan.FromSeconds(60));
            }

            if (connection == 1 || line != Connected)
            {
                return null;
            }

            secondRefused.Wait(TimeSpan.FromSeconds(60));
            return "421 4.7.0 too many connections<then cut>";
        }

        await using var exchanger = new ScriptedMailExchanger(Script);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SubmitAsync("user@a.test");
        await exchanger.WhenAsync(static e => e.ContentsReceived == 1);
        await harness.SubmitAsync("user@a.test");
        await exchanger.WhenAsync(static e => e.Connections == 2);

        firstEnds.Set();
        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        await harness.UntilAsync(static s => s is { Active: 1, Connections: 1 });
        secondRefused.Set();

        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        Assert.Equal([1, 1], exchanger.Mails.Select(static m => m.Connection));
    }

    [Fact]
    public async Task Hosts_are_tried_by_preference_and_all_addresses_of_each()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var down = new ScriptedMailExchanger(
            static line => line == Connected ? "421 4.3.2 down<then cut>" : null);
        int closed = FailureTests.ClosedPort();
        await using var harness = new DeliveryHarness();
        harness.Routes.Hosts["mx3.test"] = [IPAddress.Parse("127.0.0.77"), IPAddress.Loopback];
        harness.Routes["a.test"] = new Route(
            RouteKind.Smtp,
            "a",
            [
                new NextHop("mx3.test", exchanger.Port, false, 30),
                new NextHop("127.0.0.1", down.Port, false, 20),
                new NextHop("127.0.0.1", closed, false, 10),
            ]);

        RecordingQueue.Completion completion = await harness.SendAsync("user@a.test");

        Assert.Equal(RecipientStatus.Delivered, completion.Only.Status);
        Assert.Equal(1, down.Connections);
        Assert.Contains(
            harness.Log.Lines, static l => l.Contains("peer=mx3.test [127.0.0.1]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Session_that_breaks_is_tried_at_the_next_host()
    {
        await using var broken = new ScriptedMailExchanger(
            static line => line.StartsWith("MAIL", StringComparison.Ordinal) ? Cut : null);
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = new Route(
            RouteKind.Smtp,
            "a",
            [new NextHop("127.0.0.1", broken.Port, false, 1), new NextHop("127.0.0.1", exchanger.Port, false, 2)]);

        Assert.Equal(RecipientStatus.Delivered, (await harness.SendAsync("user@a.test")).Only.Status);
        Assert.Equal(1, broken.Connections);
    }

    [Fact]
    public async Task Unknown_host_of_a_route_defers_as_it_is_our_own_fault()
    {
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = new Route(RouteKind.Smtp, "a", [new NextHop("nowhere.test", 25, false, 0)]);

        await harness.SubmitAsync("user@a.test", reversePath: string.Empty);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();

        Assert.Equal((RecipientStatus.Deferred, "4.1.2"), (completion.Only.Status, completion.Only.Enhanced));
    }

    [Fact]
    public async Task Equal_hosts_share_the_mail()
    {
        await using var one = new ScriptedMailExchanger();
        await using var two = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(
            new DeliveryOptions { HostName = "relay.test", MessagesPerConnectionMax = 1 });
        harness.Routes["a.test"] = new Route(
            RouteKind.Smtp,
            "a",
            [new NextHop("127.0.0.1", one.Port, false, 5), new NextHop("127.0.0.1", two.Port, false, 5)]);

        for (int i = 0; i < 40; i++)
        {
            await harness.SendAsync("user@a.test");
        }

        Assert.InRange(one.Mails.Count, 5, 35);
        Assert.Equal(40, one.Mails.Count + two.Mails.Count);
    }
}
