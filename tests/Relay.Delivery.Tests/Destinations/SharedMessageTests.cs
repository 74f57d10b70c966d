using Relay.Delivery.Rules;
using Relay.Queue;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests.Destinations;

/// <summary>Messages with recipients at several destinations, one of which is down, slow or held back.</summary>
public sealed class SharedMessageTests
{
    [Theory]
    [InlineData(MailQueueEngine.Null)]
    [InlineData(MailQueueEngine.Memory)]
    public async Task Recipient_at_a_destination_that_is_up_is_tried_again_though_another_waits_in_a_dead_ones_line(
        MailQueueEngine engine)
    {
        int refusals = 0;
        await using var exchanger = new ScriptedMailExchanger(line =>
            line.StartsWith("RCPT", StringComparison.Ordinal) && Interlocked.Increment(ref refusals) == 1
                ? "451 4.7.1 Greylisted"
                : null);
        await using var harness = new DeliveryHarness(
            Patient(), queueOptions: new MailQueueOptions { Engine = engine });
        harness.Routes["up.test"] = TestRoutes.To(exchanger.Port);
        harness.Routes["dead.test"] = TestRoutes.To(FailureTests.ClosedPort());
        for (int i = 0; i < 100; i++)
        {
            await harness.SubmitAsync($"user{i}@dead.test", reversePath: string.Empty);
        }

        await harness.QuietAsync();
        await harness.SubmitAsync("x@up.test y@dead.test", reversePath: string.Empty);
        for (int minute = 0; minute < 40 && exchanger.Mails.Count == 0; minute++)
        {
            await harness.QuietAsync();
            harness.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await exchanger.WhenAsync(static e => e.Mails.Count == 1);
        Assert.Equal(2, refusals);
    }

    [Theory]
    [InlineData(Connected)]
    [InlineData("EHLO")]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    [InlineData(EndOfData)]
    public async Task Recipient_is_delivered_at_once_and_tried_again_in_time_while_another_destination_is_silent(
        string stage)
    {
        int refusals = 0;
        string? Silent(string line) => line.StartsWith(stage, StringComparison.Ordinal) ? Hang : null;
        await using var slow = new ScriptedMailExchanger(Silent) { Offer = "250 mx.test" };
        await using var live = new ScriptedMailExchanger(line => RefuseLater(line, ref refusals, 1));
        await using var harness = new DeliveryHarness(Patient());
        harness.Routes["slow.test"] = TestRoutes.To(slow.Port);
        harness.Routes["live.test"] = TestRoutes.To(live.Port);
        QueueId id = await harness.SubmitAsync("later@live.test user@slow.test now@live.test");
        RecordingQueue.Completion first = await harness.Queue.NextAsync();
        Assert.Equal(
            [(0, RecipientStatus.Deferred), (2, RecipientStatus.Delivered)],
            first.Outcomes.Select(static o => (o.Ordinal, o.Status)));
        await slow.WhenAsync(static e => e.Connections == 1);

        RecordingQueue.Completion second = await harness.AdvanceUntilAsync(harness.Queue.NextAsync(), silent: 1);
        Assert.Equal((0, RecipientStatus.Delivered), (second.Only.Ordinal, second.Only.Status));
        Assert.Equal(["RCPT TO:<later@live.test>"], live.Mails[^1].Recipients);
        Assert.Equal((1, 0), (slow.Connections, slow.Mails.Count));
        Assert.True(harness.Queue.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal((QueueEntryState.Active, 1, 1), (info.State, info.UnfinishedRecipients, info.Jobs));
    }

    [Fact]
    public async Task Recipients_waits_grow_while_another_destination_keeps_the_message_in_a_long_line()
    {
        int refusals = 0;
        List<DateTimeOffset> tries = [];
        DeliveryHarness harness = null!;
        await using var limited = new ScriptedMailExchanger();
        await using var live = new ScriptedMailExchanger(line =>
        {
            if (line.StartsWith("RCPT", StringComparison.Ordinal))
            {
                tries.Add(harness.Time.GetUtcNow());
            }

            return RefuseLater(line, ref refusals, 4);
        });
        Assert.True(DestinationPattern.TryParse("limited", out DestinationPattern pattern));
        await using var made = harness = new DeliveryHarness(Patient(
            new DestinationRule { Patterns = [pattern], Origin = "test", Rates = [new(1, TimeSpan.FromDays(1))] }));
        harness.Routes["limited.test"] = TestRoutes.To(limited.Port, name: "smtp:limited");
        harness.Routes["live.test"] = TestRoutes.To(live.Port);
        for (int i = 0; i < 20; i++)
        {
            await harness.SubmitAsync($"user{i}@limited.test");
        }

        QueueId id = await harness.SubmitAsync("later@live.test user@limited.test");
        await harness.AdvanceUntilAsync(live.WhenAsync(static e => e.Mails.Count == 1).ContinueWith(
            static t => t.IsCompletedSuccessfully, TaskScheduler.Default));
        await harness.QuietAsync(); // the exchanger has the mail before the attempt ends
        Assert.True(harness.Queue.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal(1, info.Jobs);
        Assert.DoesNotContain(limited.Mails, static m => m.Recipients.Contains("RCPT TO:<user@limited.test>"));
        Assert.All(
            tries.Zip(tries.Skip(1), static (a, b) => b - a).Zip([5, 5, 10, 20]),
            static t => Assert.InRange(t.First, TimeSpan.FromMinutes(t.Second), TimeSpan.MaxValue));
        Assert.Equal(5, tries.Count);
    }

    [Theory]
    [InlineData(MailQueueEngine.Null)]
    [InlineData(MailQueueEngine.Memory)]
    public async Task When_all_destinations_have_deferred_the_message_waits_in_the_queue_for_the_earliest(
        MailQueueEngine engine)
    {
        int refusals = 0;
        await using var slow = new ScriptedMailExchanger(
            static (connection, line) => connection == 1 && line.StartsWith("MAIL", StringComparison.Ordinal)
                ? Hang
                : null);
        await using var live = new ScriptedMailExchanger(line => RefuseLater(line, ref refusals, 1));
        await using var harness = new DeliveryHarness(
            Patient(), queueOptions: new MailQueueOptions { Engine = engine });
        harness.Routes["slow.test"] = TestRoutes.To(slow.Port);
        harness.Routes["live.test"] = TestRoutes.To(live.Port);
        DateTimeOffset start = harness.Time.GetUtcNow();
        QueueId id = await harness.SubmitAsync("later@live.test user@slow.test");
        Assert.Equal(0, (await harness.Queue.NextOutcomesAsync()).Only.Ordinal);
        await slow.WhenAsync(static e => e.Lines.Any(static l => l.Contains("MAIL", StringComparison.Ordinal)));
        harness.Time.Advance(TimeSpan.FromMinutes(1));
        slow.CutAll();

        QueueEntryInfo info = await harness.DeferredAsync(id);
        Assert.Equal((2, 1, 0), (info.UnfinishedRecipients, info.Attempts, info.Jobs));
        Assert.InRange(info.NextAttempt - start, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5.1));
        harness.Time.AdvanceTo(info.NextAttempt);
        await slow.WhenAsync(static e => e.Mails.Count == 1);
        await live.WhenAsync(static e => e.Mails.Count == 1);
        await harness.QuietAsync();
        Assert.Equal(0, harness.Queue.Statistics.Messages);
        Assert.Equal((1, 1), (slow.Mails.Count, live.Mails.Count));
    }

    [Theory]
    [InlineData(MailQueueEngine.Null)]
    [InlineData(MailQueueEngine.Memory)]
    public async Task A_message_whose_other_job_ends_before_the_wait_of_the_first_begins_is_tried_once_more_by_both(
        MailQueueEngine engine)
    {
        int refusals = 0;
        await using var slow = new ScriptedMailExchanger(
            static (connection, line) => connection == 1 && line.StartsWith("MAIL", StringComparison.Ordinal)
                ? Hang
                : null);
        await using var live = new ScriptedMailExchanger(line => RefuseLater(line, ref refusals, 1));
        await using var harness = new DeliveryHarness(
            Patient(), queueOptions: new MailQueueOptions { Engine = engine });
        harness.Routes["slow.test"] = TestRoutes.To(slow.Port, name: "smtp:slow");
        harness.Routes["live.test"] = TestRoutes.To(live.Port);
        int completed = 0;
        harness.Queue.Completed = id =>
        {
            if (Interlocked.Increment(ref completed) > 1)
            {
                return;
            }

            // The first job has ended, for the queue; now the other one does, before the first begins to wait.
            Until(() => slow.Lines.Any(static l => l.Contains("MAIL", StringComparison.Ordinal)));
            slow.CutAll();
            Until(() => harness.Queue.TryGetInfo(id, out QueueEntryInfo now) && now.State == QueueEntryState.Deferred);
        };
        DateTimeOffset start = harness.Time.GetUtcNow();
        QueueId id = await harness.SubmitAsync("later@live.test user@slow.test");
        await harness.Queue.NextAsync();
        await harness.QuietAsync();
        Assert.True(harness.Queue.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal((2, 0), (info.UnfinishedRecipients, info.Jobs));
        Assert.InRange(info.NextAttempt - start, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5.1));
        harness.Time.AdvanceTo(info.NextAttempt);
        await slow.WhenAsync(static e => e.Mails.Count == 1);
        await live.WhenAsync(static e => e.Mails.Count == 1);
        await harness.QuietAsync();
        Assert.Equal(0, harness.Queue.Statistics.Messages);
        Assert.Equal((1, 1, 2), (slow.Mails.Count, live.Mails.Count, refusals));
    }

    [Fact]
    public async Task A_flush_tries_at_once_what_waits_for_its_own_time()
    {
        int refusals = 0;
        await using var slow = new ScriptedMailExchanger(static line => line == Connected ? Hang : null);
        await using var live = new ScriptedMailExchanger(line => RefuseLater(line, ref refusals, 1));
        await using var harness = new DeliveryHarness(Patient());
        harness.Routes["slow.test"] = TestRoutes.To(slow.Port);
        harness.Routes["live.test"] = TestRoutes.To(live.Port, name: "smtp:live");
        await harness.SubmitAsync("later@live.test user@slow.test");
        Assert.Equal(RecipientStatus.Deferred, (await harness.Queue.NextAsync()).Only.Status);
        Assert.Equal(0, harness.Service.Flush("smtp:other"));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (harness.Service.Flush("smtp:live") == 0)
        {
            deadline.Token.ThrowIfCancellationRequested(); // the attempt has yet to end
            await Task.Yield();
        }

        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
    }

    [Fact]
    public async Task A_message_deleted_while_a_recipient_waits_for_its_own_time_is_gone()
    {
        int refusals = 0;
        await using var slow = new ScriptedMailExchanger(static line => line == Connected ? Hang : null);
        await using var live = new ScriptedMailExchanger(line => RefuseLater(line, ref refusals, 1));
        await using var harness = new DeliveryHarness(Patient());
        harness.Routes["slow.test"] = TestRoutes.To(slow.Port);
        harness.Routes["live.test"] = TestRoutes.To(live.Port);
        QueueId id = await harness.SubmitAsync("later@live.test user@slow.test");
        await harness.Queue.NextAsync();
        await slow.WhenAsync(static e => e.Connections == 1); // else it may find the message gone and not connect
        Assert.True(harness.Queue.Delete(id));
        RecordingQueue.Completion given = await harness.AdvanceUntilAsync(harness.Queue.NextAsync(), silent: 1);
        Assert.Empty(given.Outcomes);
        Assert.Equal((0, 0), (live.Mails.Count, harness.Queue.Statistics.Messages));
    }

    private static void Until(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            Thread.Yield();
        }
    }

    /// <summary>The first so many times that the recipient is named.</summary>
    private static string? RefuseLater(string line, ref int refusals, int times) =>
        line.StartsWith("RCPT TO:<later", StringComparison.Ordinal) && Interlocked.Increment(ref refusals) <= times
            ? "451 4.7.1 Greylisted"
            : null;

    /// <summary>Nothing times out, whatever the clock does.</summary>
    internal static DeliveryOptions Patient(params DestinationRule[] rules)
    {
        var ever = TimeSpan.FromDays(1000);
        return new DeliveryOptions
        {
            HostName = "relay.test",
            DestinationRules = rules,
            Retry = new RetryOptions { Jitter = 0 },
            Timeouts = new ClientTimeouts
            {
                Connect = ever,
                Greeting = ever,
                Hello = ever,
                Mail = ever,
                Rcpt = ever,
                DataInitiation = ever,
                DataBlock = ever,
                DataTermination = ever,
            },
        };
    }
}
