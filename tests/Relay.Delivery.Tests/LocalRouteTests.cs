using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Testing;

namespace Relay.Delivery.Tests;

/// <summary>Routes that need no next hop.</summary>
public sealed class LocalRouteTests
{
    [Theory]
    [InlineData("550 5.1.1 User unknown", RecipientStatus.Bounced, 550, "5.1.1", "User unknown")]
    [InlineData("451 4.3.5 Out of order", RecipientStatus.Deferred, 451, "4.3.5", "Out of order")]
    [InlineData("554 No such thing", RecipientStatus.Bounced, 554, "5.3.0", "No such thing")]
    [InlineData("User unknown", RecipientStatus.Bounced, 553, "5.3.0", "User unknown")]
    public async Task Error_route_refuses_as_it_says(
        string text, RecipientStatus status, int code, string enhanced, string said)
    {
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = new Route(RouteKind.Error, "error", []) { Text = text };

        await harness.SubmitAsync("user@a.test", reversePath: string.Empty);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();

        Assert.Equal(
            (status, code, enhanced, said),
            (completion.Only.Status, completion.Only.Code, completion.Only.Enhanced, completion.Only.Text));
    }

    [Fact]
    public async Task Discarded_message_is_gone_without_notice()
    {
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = new Route(RouteKind.Discard, "discard", []);

        Assert.Equal(RecipientStatus.Deleted, (await harness.SendAsync("user@a.test")).Only.Status);
        Assert.Equal(0, harness.Queue.Statistics.Messages);
        Assert.Equal(1, harness.Queue.Statistics.Accepted);
        Assert.StartsWith("Discarded to=<user@a.test>", Assert.Single(harness.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Held_message_stays_until_released_with_its_reason_and_never_expires()
    {
        var retry = new RetryOptions { Lifetime = TimeSpan.FromMinutes(10) };
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(new DeliveryOptions { HostName = "relay.test", Retry = retry });
        harness.Routes["a.test"] = new Route(RouteKind.Hold, "hold", []) { Text = "postmaster is nowhere" };

        QueueId id = await harness.SubmitAsync("postmaster@a.test");
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();

        Assert.Equal(
            (RecipientStatus.Deferred, "postmaster is nowhere"), (completion.Only.Status, completion.Only.Text));
        Assert.True(harness.Queue.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal(QueueEntryState.Held, info.State);
        await harness.QuietAsync(); // the route that holds is no destination's any more
        harness.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.False(harness.Queue.TryNext(out _));

        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        Assert.True(harness.Queue.Release(id));
        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
    }

    [Fact]
    public async Task Message_is_not_held_while_other_recipients_are_on_their_way()
    {
        await using var exchanger = new ScriptedMailExchanger(static line =>
            line.StartsWith("MAIL", StringComparison.Ordinal) ? "451 4.3.0 later" : null);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        harness.Routes["hold.test"] = new Route(RouteKind.Hold, "hold", []) { Text = "why not" };

        QueueId id = await harness.SubmitAsync("user@a.test user@hold.test");
        await harness.Queue.NextAsync();
        await harness.Queue.NextAsync();

        Assert.True(harness.Queue.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal(QueueEntryState.Deferred, info.State);
    }
}
