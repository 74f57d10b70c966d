using System.Net;
using Relay.Delivery.Tests.Destinations;
using Relay.Dns;
using Relay.Queue;
using Relay.Testing;
using Relay.Testing.Dns;

namespace Relay.Delivery.Tests.Mx;

/// <summary>
/// Domains with the same mail hosts are one destination; what they are is looked up when it must be, and nobody but the
/// mail concerned waits for that.
/// </summary>
public sealed class SiteTests
{
    [Fact]
    public async Task Domains_with_the_same_mail_hosts_share_one_queue_and_connection()
    {
        await using MxWorld world = await MxWorld.StartAsync(
            "one IN MX 10 a\none IN MX 20 b\ntwo IN MX 5 A\ntwo IN MX 6 b\na IN A @1\nb IN A @2", [null, null]);
        await world.Harness.SubmitAsync("x@one.test y@two.test");
        RecordingQueue.Completion completion = await world.Harness.Queue.NextAsync();
        Assert.Equal(2, completion.Outcomes.Count);
        await world.Harness.QuietAsync();
        await world.SendAsync("z@two.test");
        Assert.Equal(1, world.Exchangers[0].Connections);
        Assert.Equal(2, world.Exchangers[0].Mails[0].Recipients.Count);
        int port = world.Exchangers[0].Port;
        Assert.Equal(
            $"mx:a.test/{port}:b.test/{port}", world.Harness.Service.SummarizeDestinations().Single().Name);
    }

    [Fact]
    public async Task The_same_hosts_in_another_order_are_another_destination()
    {
        await using MxWorld world = await MxWorld.StartAsync(
            "one IN MX 10 a\none IN MX 20 b\ntwo IN MX 20 a\ntwo IN MX 10 b\na IN A @1\nb IN A @2", [null, null]);
        await world.SendAsync("x@one.test");
        await world.SendAsync("y@two.test");
        Assert.Equal([1, 1], world.Counts);
        Assert.Equal(2, world.Harness.Service.SummarizeDestinations().Count);
    }

    [Fact]
    public async Task A_route_of_mx_stands_for_its_destination_when_that_is_unblocked()
    {
        await using MxWorld world = await MxWorld.StartAsync("d IN MX 10 a\na IN A @0", [null]);
        Assert.Equal(RecipientStatus.Deferred, (await world.SendAsync("x@d.test")).Status);
        Assert.NotNull(world.Harness.Service.SummarizeDestinations().Single().BlockedUntil);
        Assert.NotEqual(0u, world.Harness.Service.Unblock($"mx:d.test:{world.Exchangers[0].Port}"));
    }

    [Fact]
    public async Task A_change_of_mx_records_is_followed_once_their_ttl_is_over()
    {
        string target = "127.0.0.1";
        await using var one = new ScriptedMailExchanger();
        await using var two = new ScriptedMailExchanger(null, new IPEndPoint(IPAddress.Parse("127.0.0.52"), one.Port));
        await using var server = new ScriptedNameServer(q => (q.Text, Volatile.Read(ref target)) switch
        {
            ("d.test MX", "127.0.0.1") => new DnsReply(q).Answer(DnsQuery.Mx, DnsReply.MxOf(10, "a.test"), 30),
            ("d.test MX", _) => new DnsReply(q).Answer(DnsQuery.Mx, DnsReply.MxOf(10, "b.test"), 30),
            ("a.test A", _) => new DnsReply(q).Address("127.0.0.1"),
            ("b.test A", _) => new DnsReply(q).Address("127.0.0.52"),
            _ => new DnsReply(q).Soa("test", 60, 60),
        });
        await using DeliveryHarness harness = Start(server, one.Port);
        await harness.SendAsync("user@d.test");
        Volatile.Write(ref target, "127.0.0.52");
        await harness.SendAsync("user@d.test");
        Assert.Equal((2, 0), (one.ContentsReceived, two.ContentsReceived));

        harness.Time.Advance(TimeSpan.FromSeconds(61));
        await harness.SendAsync("user@d.test");
        Assert.Equal((2, 1), (one.ContentsReceived, two.ContentsReceived));
    }

    [Fact]
    public async Task Mail_that_waits_for_a_dead_site_follows_a_change_of_mx_records()
    {
        bool moved = false;
        await using var exchanger = new ScriptedMailExchanger();
        await using var server = new ScriptedNameServer(q => q.Text switch
        {
            "d.test MX" => new DnsReply(q).Answer(
                DnsQuery.Mx, DnsReply.MxOf(10, Volatile.Read(ref moved) ? "b.test" : "a.test"), 30),
            "a.test A" => new DnsReply(q).Address("127.9.9.9"),
            "b.test A" => new DnsReply(q).Address("127.0.0.1"),
            _ => new DnsReply(q).Soa("test", 60, 60),
        });
        await using DeliveryHarness harness = Start(server, exchanger.Port, isPatient: true);
        for (int i = 0; i < 20; i++)
        {
            await harness.SubmitAsync("user@d.test");
        }

        await harness.Queue.NextAsync();
        Volatile.Write(ref moved, true);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (exchanger.ContentsReceived < 20)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await harness.QuietAsync();
            harness.Time.Advance(TimeSpan.FromSeconds(40));
            for (int i = 0; i < 100; i++)
            {
                await Task.Yield(); // a look-up that nobody waits for is no attempt under way
            }
        }

        await exchanger.WhenAsync(static e => e.Mails.Count == 20);
    }

    [Fact]
    public async Task A_domain_whose_name_server_is_silent_holds_up_nobody_else()
    {
        const int Waiting = 2_000;
        bool answers = false;
        await using var exchanger = new ScriptedMailExchanger();
        await using var server = new ScriptedNameServer(q => q.Name.StartsWith("slow", StringComparison.Ordinal)
            && !Volatile.Read(ref answers) ? null
            : q.Type == DnsQuery.A ? new DnsReply(q).Address("127.0.0.1")
            : new DnsReply(q).Soa("test", 60, 60));
        await using DeliveryHarness harness = Start(server, exchanger.Port, connections: 1);
        for (int i = 0; i < Waiting; i++)
        {
            await harness.SubmitAsync($"user@slow{i % 40}.test");
        }

        Assert.Equal(Waiting, harness.Service.Unrouted);
        await server.WhenQueriesAsync(40);
        await harness.SubmitAsync("user@fast.test");
        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);

        Volatile.Write(ref answers, true);
        harness.Time.Advance(TimeSpan.FromSeconds(3)); // the second round of questions is answered
        for (int i = 0; i < Waiting; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        }

        Assert.Equal(0, harness.Service.Unrouted);
        Assert.InRange(server.Queries.Count(static q => q.Type == DnsQuery.Mx), 81, 90);
    }

    [Fact]
    public async Task All_domains_of_a_message_are_looked_up_at_once()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var server = new ScriptedNameServer(q => q.Number <= 3 ? null
            : q.Type == DnsQuery.A ? new DnsReply(q).Address("127.0.0.1")
            : new DnsReply(q).Soa("test", 60, 60));
        await using DeliveryHarness harness = Start(server, exchanger.Port);
        await harness.SubmitAsync("x@one.test y@two.test z@three.test");
        await server.WhenQueriesAsync(3);
        Assert.Equal(
            ["one.test MX", "three.test MX", "two.test MX"], server.Queries.Select(static q => q.Text).Order());
        harness.Time.Advance(TimeSpan.FromSeconds(3));
        await exchanger.WhenAsync(static e => e.Mails.Count == 3);
    }

    [Fact]
    public async Task A_name_server_that_is_back_ends_the_deferral()
    {
        bool up = false;
        await using var exchanger = new ScriptedMailExchanger();
        await using var server = new ScriptedNameServer(q => !Volatile.Read(ref up) ? new DnsReply(q).Code(2)
            : q.Type == DnsQuery.A ? new DnsReply(q).Address("127.0.0.1")
            : new DnsReply(q).Soa("test", 60, 60));
        await using DeliveryHarness harness = Start(server, exchanger.Port);
        RecordingQueue.Completion first = await harness.SendAsync("user@d.test");
        Assert.Equal(
            (RecipientStatus.Deferred, "Name server: d.test: host name lookup failure"),
            (first.Only.Status, first.Only.Text));
        Volatile.Write(ref up, true);
        harness.Time.Advance(first.NextAttempt - harness.Time.GetUtcNow() + TimeSpan.FromSeconds(2));
        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
    }

    /// <param name="isPatient">Nothing times out, whatever the clock does.</param>
    private static DeliveryHarness Start(
        ScriptedNameServer server, int port, int connections = 20, bool isPatient = false)
    {
        var options = new DnsOptions
        {
            Servers = [server.EndPoint],
            ResolvConf = string.Empty,
            HostsFile = string.Empty,
            Timeout = isPatient ? TimeSpan.FromDays(1000) : new DnsOptions().Timeout,
        };
        DeliveryOptions delivery = isPatient
            ? SharedMessageTests.Patient()
            : new DeliveryOptions { HostName = "relay.test", ConnectionsPerDestinationMax = connections };
        var time = new ManualTimeProvider();
        var hosts = new HostResolver(new DnsResolver(options, time), options, time);
        return new DeliveryHarness(delivery, hosts: hosts, time: time) { Routes = { MxPort = port } };
    }
}
