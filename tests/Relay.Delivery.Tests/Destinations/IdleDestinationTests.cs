using Relay.Delivery.Destinations;
using Relay.Delivery.Notifications;
using Relay.Logging;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Testing;
using Relay.Throttling;

namespace Relay.Delivery.Tests.Destinations;

/// <summary>What a destination without connections costs.</summary>
public sealed class IdleDestinationTests(ITestOutputHelper output)
{
    private const int Count = 1000;
    private const long OctetsMax = 2048;

    /// <summary>
    /// Everything allocated counts, garbage too: with its route, its places in the tables, and the line that its first
    /// message left behind. No other thread's allocations can disturb this.
    /// </summary>
    [Fact]
    public async Task An_idle_destination_takes_at_most_two_kilobytes()
    {
        var time = new ManualTimeProvider();
        using var heartbeat = new Heartbeat(time);
        var hosts = new TestRoutes();
        await using IMailQueue queue = MailQueueFactory.Open(
            new MailQueueOptions { Engine = MailQueueEngine.Null }, time);
        var options = new DeliveryOptions { HostName = "relay.test" };
        using var context = new DeliveryContext(
            queue, hosts, hosts, NullMailLog.Instance, heartbeat, options, static _ => false, SameAddressees.Instance,
            null);
        string[] names = [.. Enumerable.Range(0, Count * 2).Select(static i => $"destination{i:0000}.example.test")];
        foreach (string name in names)
        {
            // Suspended, so that no connection is tried.
            context.Suspensions.Add($"mx:{name}", new Suspension("test", time.GetUtcNow(), null, IsManual: true));
        }

        foreach (string name in names[Count..])
        {
            Make(context, name);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (string name in names[..Count])
        {
            Make(context, name);
        }

        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
        output.WriteLine($"{each} octets for each idle destination");
        Assert.Equal(Count * 2, context.Destinations.All().Count());
        Assert.All(context.Destinations.All(), static d => Assert.Equal(1, d.Summarize().Parked));
        Assert.InRange(each, 1, OctetsMax);
    }

    private static void Make(DeliveryContext context, string domain)
    {
        NextHop[] found = [new NextHop(new string(domain), 25, UseMx: false, 0) { IsExchange = true }];
        var route = new Route(RouteKind.Smtp, "mx:" + domain, found) { IsMxRoute = true };
        Destination destination = context.Destinations.Get(route, default);
        Assert.True(destination.TryEnqueue(QueueId.FromTime(context.UtcNow)));
    }
}
