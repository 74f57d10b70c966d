using Relay.Queue;
using Relay.Testing;

namespace Relay.Delivery.Tests.Destinations;

/// <summary>A suspended destination gets no mail, and its mail is kept.</summary>
public sealed class SuspensionTests
{
    [Fact]
    public async Task Mail_for_a_suspended_destination_waits_in_line_until_it_is_resumed()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "hop");
        harness.Service.Suspend("hop", "maintenance", duration: null, isManual: true);

        for (int i = 0; i < 10; i++)
        {
            await harness.SubmitAsync($"user{i}@a.test");
        }

        harness.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, exchanger.Connections);
        Assert.Equal(10, Assert.Single(harness.Service.SummarizeDestinations()).Parked);
        Assert.Contains(
            harness.Log.Lines, static l => l.Contains("Delivery suspended: maintenance", StringComparison.Ordinal));

        Assert.True(harness.Service.Resume("HOP"));
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        }

        Assert.False(harness.Service.Resume("hop"));
    }

    [Fact]
    public async Task Suspension_with_a_time_ends_by_itself()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "hop");
        harness.Service.Suspend("hop", "authentication failed", TimeSpan.FromMinutes(10), isManual: false);
        await harness.SubmitAsync("user@a.test");

        harness.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(0, exchanger.Connections);
        SuspensionSummary summary = Assert.Single(harness.Service.SummarizeSuspensions());
        Assert.Equal(("hop", "authentication failed", false), (summary.Destination, summary.Reason, summary.IsManual));

        harness.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        Assert.Empty(harness.Service.SummarizeSuspensions());
    }

    [Fact]
    public async Task Flush_ends_a_suspension_that_the_program_ordered_but_not_an_administrators()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "hop");
        harness.Service.Suspend("hop", "order", duration: null, isManual: true);
        harness.Service.Suspend("hop", "finding", TimeSpan.FromMinutes(10), isManual: false);
        await harness.SubmitAsync("user@a.test");

        harness.Service.Unblock();
        Assert.Equal(0, exchanger.Connections);
        Assert.Equal("order", Assert.Single(harness.Service.SummarizeSuspensions()).Reason);

        harness.Service.Resume("hop");
        await harness.Queue.NextAsync();
        harness.Service.Suspend("hop", "finding", TimeSpan.FromMinutes(10), isManual: false);
        await harness.SubmitAsync("user@a.test");
        harness.Service.Unblock();
        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
    }

    [Fact]
    public async Task Transaction_under_way_ends_before_the_suspension_counts()
    {
        var reached = new TaskCompletionSource();
        var go = new ManualResetEventSlim();
        string? Script(string line)
        {
            if (line == ScriptedMailExchanger.EndOfData)
            {
                reached.TrySetResult();
                go.Wait(TimeSpan.FromSeconds(60));
            }

            return null;
        }

        await using var exchanger = new ScriptedMailExchanger(Script);
        await using var harness = new DeliveryHarness(DeliveryHarness.OneConnection);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "hop");
        await harness.SubmitAsync("one@a.test");
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await harness.SubmitAsync("two@a.test");

        harness.Service.Suspend("hop", "order", duration: null, isManual: true);
        go.Set();

        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        await harness.UntilAsync(static s => s is { Connections: 0, Parked: 1 });
        Assert.Single(exchanger.Mails);
        harness.Service.Resume("hop");
        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        go.Dispose();
    }

    [Fact]
    public async Task Mail_that_expires_in_a_suspension_is_returned_with_its_reason()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(new DeliveryOptions
        {
            HostName = "relay.test",
            Retry = new RetryOptions { NotificationLifetime = TimeSpan.FromHours(1) },
        });
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "hop");
        harness.Service.Suspend("hop", "maintenance", duration: null, isManual: true);
        await harness.SubmitAsync("user@a.test", reversePath: string.Empty);

        harness.Time.Advance(TimeSpan.FromHours(2));

        RecordingQueue.Outcome outcome = (await harness.Queue.NextAsync()).Only;
        Assert.Equal((RecipientStatus.Expired, "4.3.2"), (outcome.Status, outcome.Enhanced));
        Assert.Equal("Delivery suspended: maintenance", outcome.Text);
        Assert.Equal(0, exchanger.Connections);
    }
}
