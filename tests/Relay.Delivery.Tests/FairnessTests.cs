using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests;

/// <summary>A dead or slow destination slows no other.</summary>
public sealed class FairnessTests
{
    [Fact]
    public async Task Backlog_of_a_hanging_destination_leaves_the_others_alone()
    {
        await using var slow = new ScriptedMailExchanger(static line => line == Connected ? Hang : null);
        await using var live = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness();
        harness.Routes["slow.test"] = TestRoutes.To(slow.Port);
        harness.Routes["live.test"] = TestRoutes.To(live.Port);

        for (int i = 0; i < 500; i++)
        {
            await harness.SubmitAsync("user@slow.test");
        }

        for (int i = 0; i < 100; i++)
        {
            RecordingQueue.Completion completion = await harness.SendAsync("user@live.test", silent: 1);
            Assert.Equal(RecipientStatus.Delivered, completion.Only.Status);
        }

        Assert.Equal(1, slow.Connections);
        Assert.Equal(500, harness.Queue.Statistics.Messages);
    }

    [Fact]
    public async Task Message_for_two_destinations_is_finished_where_it_can_be()
    {
        await using var live = new ScriptedMailExchanger();
        await using var refusing = new ScriptedMailExchanger(
            static line => line.StartsWith("MAIL", StringComparison.Ordinal) ? "451 4.3.0 later" : null);
        await using var harness = new DeliveryHarness();
        harness.Routes["live.test"] = TestRoutes.To(live.Port);
        harness.Routes["refusing.test"] = TestRoutes.To(refusing.Port);

        QueueId id = await harness.SubmitAsync("a@live.test b@refusing.test c@live.test");
        RecordingQueue.Completion one = await harness.Queue.NextAsync();
        RecordingQueue.Completion two = await harness.Queue.NextAsync();

        Assert.Equal(
            [(0, RecipientStatus.Delivered), (1, RecipientStatus.Deferred), (2, RecipientStatus.Delivered)],
            one.Outcomes.Concat(two.Outcomes).OrderBy(static o => o.Ordinal).Select(static o => (o.Ordinal, o.Status)));
        Assert.Equal(2, Assert.Single(live.Mails).Recipients.Count);
        QueueEntryInfo info = await harness.DeferredAsync(id);
        Assert.Equal(1, info.UnfinishedRecipients);

        harness.Time.AdvanceTo(info.NextAttempt);
        RecordingQueue.Completion again = await harness.Queue.NextOutcomesAsync();
        Assert.Equal((1, RecipientStatus.Deferred), (again.Only.Ordinal, again.Only.Status));
        Assert.Single(live.Mails);
    }

    [Fact]
    public async Task Connections_in_all_are_limited_and_shared()
    {
        await using var harness = new DeliveryHarness(
            new DeliveryOptions { HostName = "relay.test", ConnectionsMax = 2 });
        var exchangers = new List<ScriptedMailExchanger>();
        for (int i = 0; i < 6; i++)
        {
            exchangers.Add(new ScriptedMailExchanger());
            harness.Routes[$"d{i}.test"] = TestRoutes.To(exchangers[i].Port);
        }

        for (int i = 0; i < 120; i++)
        {
            await harness.SubmitAsync($"user@d{i % 6}.test");
        }

        for (int i = 0; i < 120; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
            Assert.InRange(harness.Service.Connections, 0, 2);
        }

        foreach (ScriptedMailExchanger exchanger in exchangers)
        {
            Assert.Equal(20, exchanger.Mails.Count);
            await exchanger.DisposeAsync();
        }
    }

    [Fact]
    public async Task Routes_that_must_be_waited_for_are_found_in_the_background()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        harness.Routes.IsSlow = true;

        Assert.Equal(RecipientStatus.Delivered, (await harness.SendAsync("user@a.test")).Only.Status);
        RecordingQueue.Completion unknown = await harness.SendAsync("user@unknown.test");
        Assert.Equal((RecipientStatus.Deferred, "4.4.3"), (unknown.Only.Status, unknown.Only.Enhanced));
        Assert.Equal(1, harness.Queue.Statistics.Messages);
    }

    [Fact]
    public async Task Message_whose_route_changed_while_it_was_deferred_takes_the_new_one()
    {
        await using var old = new ScriptedMailExchanger(
            static line => line.StartsWith("MAIL", StringComparison.Ordinal) ? "451 4.3.0 later" : null);
        await using var young = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(old.Port);
        RecordingQueue.Completion deferred = await harness.SendAsync("user@a.test");

        harness.Routes["a.test"] = TestRoutes.To(young.Port);
        harness.Time.AdvanceTo(deferred.NextAttempt);
        await ReroutedAsync(harness);
        await young.WhenAsync(static e => e.Mails.Count == 1);
    }

    [Fact]
    public async Task Route_that_changes_its_kind_under_the_same_name_is_another_destination()
    {
        await using var old = new ScriptedMailExchanger(
            static line => line.StartsWith("MAIL", StringComparison.Ordinal) ? "451 4.3.0 later" : null);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(old.Port, name: "same");
        RecordingQueue.Completion deferred = await harness.SendAsync("user@a.test");

        harness.Routes["a.test"] = new Route(RouteKind.Discard, "same", []);
        RecordingQueue.Completion fresh = await harness.SendAsync("other@a.test");
        Assert.Equal(RecipientStatus.Deleted, fresh.Only.Status);
        harness.Time.AdvanceTo(deferred.NextAttempt);
        Assert.Equal(RecipientStatus.Deleted, (await ReroutedAsync(harness)).Only.Status);
    }

    /// <summary>The old destination, if it still lives, gives the message back first.</summary>
    private static async Task<RecordingQueue.Completion> ReroutedAsync(DeliveryHarness harness)
    {
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();
        if (completion.Outcomes.Count > 0)
        {
            return completion;
        }

        harness.Time.Advance(TimeSpan.FromSeconds(2));
        return await harness.Queue.NextAsync();
    }
}
