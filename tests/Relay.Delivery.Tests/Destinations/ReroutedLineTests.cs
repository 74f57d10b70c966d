using Relay.Delivery.Rules;
using Relay.Queue;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests.Destinations;

/// <summary>
/// Messages in the line of a destination to which nothing is sent for now, whose recipients' routes change at a reload.
/// </summary>
public sealed class ReroutedLineTests : IAsyncDisposable
{
    private const string Old = "smtp:old";

    /// <summary>A little more than there is between finding that a route has changed and following it.</summary>
    private static readonly TimeSpan _wait = TimeSpan.FromSeconds(2);

    private readonly ScriptedMailExchanger _slow = new(
        static line => line.StartsWith("RCPT", StringComparison.Ordinal) ? Hang : null);

    private readonly ScriptedMailExchanger _old = new();
    private readonly ScriptedMailExchanger _other = new();
    private readonly DeliveryHarness _harness = new(OneByOne());

    public ReroutedLineTests()
    {
        _harness.Routes["slow.test"] = TestRoutes.To(_slow.Port);
        _harness.Routes["stays.test"] = TestRoutes.To(_old.Port, name: Old);
        _harness.Routes["moved.test"] = _harness.Routes["stays.test"];
    }

    [Fact]
    public async Task Recipient_whose_route_changes_in_a_suspended_line_goes_to_its_new_host_while_another_is_silent()
    {
        QueueId id = await WaitInLineAsync("a@moved.test b@slow.test");
        MoveTo(_other);
        await _harness.QuietAsync(silent: 1); // it was found to be no more the old one's
        _harness.Time.Advance(_wait);

        Assert.Equal((0, RecipientStatus.Delivered), await OutcomeAsync());
        AssertOnlyTheSilentOneIsLeft(id);
        Assert.Equal(["RCPT TO:<a@moved.test>"], Assert.Single(_other.Mails).Recipients);
        Assert.Equal(0, _old.Connections);
    }

    [Fact]
    public async Task Recipients_whose_route_changes_in_part_in_a_suspended_line_go_each_to_its_host_at_once()
    {
        QueueId id = await WaitInLineAsync("a@moved.test b@slow.test c@stays.test");
        MoveTo(_other);

        Assert.Equal(
            [(0, RecipientStatus.Delivered), (2, RecipientStatus.Delivered)],
            new[] { await OutcomeAsync(), await OutcomeAsync() }.Order());
        AssertOnlyTheSilentOneIsLeft(id);
        Assert.Equal(["RCPT TO:<a@moved.test>"], Assert.Single(_other.Mails).Recipients);
        Assert.Equal(["RCPT TO:<c@stays.test>"], Assert.Single(_old.Mails).Recipients);
    }

    [Fact]
    public async Task Of_a_message_for_one_destination_those_whose_route_changes_do_not_wait_for_the_rest()
    {
        Suspend(Old);
        await _harness.SubmitAsync("a@moved.test c@stays.test d@moved.test");
        await WaitInLineOfAsync(Old);
        MoveTo(_other);

        RecordingQueue.Completion one = await _harness.Queue.NextOutcomesAsync();
        RecordingQueue.Completion two = await _harness.Queue.NextOutcomesAsync();
        Assert.Equal(
            [0, 1, 2], one.Outcomes.Concat(two.Outcomes).Select(static o => (int)o.Ordinal).Order());
        Assert.Equal(["RCPT TO:<a@moved.test>", "RCPT TO:<d@moved.test>"], Assert.Single(_other.Mails).Recipients);
        Assert.Equal(["RCPT TO:<c@stays.test>"], Assert.Single(_old.Mails).Recipients);
        await _harness.QuietAsync();
        Assert.Equal(0, _harness.Queue.Statistics.Messages);
    }

    [Fact]
    public async Task Recipient_that_was_routed_anew_into_another_suspended_line_is_once_more()
    {
        await using var third = new ScriptedMailExchanger();
        QueueId id = await WaitInLineAsync("a@moved.test b@slow.test");
        _harness.Service.Suspend("smtp:new", "until all is mended", null, isManual: true);
        MoveTo(_other);
        await _harness.QuietAsync(silent: 1);
        _harness.Time.Advance(_wait);
        await WaitInLineOfAsync("smtp:new");

        _harness.Routes["moved.test"] = TestRoutes.To(third.Port, name: "smtp:third");
        _harness.Service.Resume("smtp:new");
        await _harness.QuietAsync(silent: 1);
        _harness.Time.Advance(_wait);

        Assert.Equal((0, RecipientStatus.Delivered), await OutcomeAsync());
        AssertOnlyTheSilentOneIsLeft(id);
        Assert.Single(third.Mails);
        Assert.Equal(0, _old.Connections + _other.Connections);
    }

    [Fact]
    public async Task What_another_destination_waits_to_try_again_keeps_its_time()
    {
        await using var grey = new ScriptedMailExchanger(
            static line => line.StartsWith("RCPT", StringComparison.Ordinal) ? "451 4.7.1 Greylisted" : null);
        _harness.Routes["grey.test"] = TestRoutes.To(grey.Port);
        await WaitInLineAsync("a@moved.test b@slow.test g@grey.test");
        Assert.Equal((2, RecipientStatus.Deferred), await OutcomeAsync());
        await _harness.QuietAsync(silent: 1);
        MoveTo(_other);
        await _harness.QuietAsync(silent: 1);
        _harness.Time.Advance(_wait);

        Assert.Equal((0, RecipientStatus.Delivered), await OutcomeAsync());
        await _harness.QuietAsync(silent: 1);
        Assert.Single(grey.Lines, static l => l.Contains("RCPT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mail_leaves_a_line_that_an_administrator_suspended_when_its_route_changes_and_the_rest_stays(
        bool reloads)
    {
        SuspendByHand(Old);
        await _harness.SubmitAsync("1@stays.test");
        await _harness.SubmitAsync("2@moved.test");
        await _harness.SubmitAsync("3@moved.test 3@stays.test");
        await _harness.SubmitAsync("4@stays.test");
        await WaitInLineOfAsync(Old, 4);
        FollowTo(_other, reloads);
        await WaitInLineOfAsync(Old, 3);
        await _harness.QuietAsync();
        _harness.Time.Advance(_wait);

        Assert.Equal((0, RecipientStatus.Delivered), await OutcomeAsync());
        Assert.Equal((0, RecipientStatus.Delivered), await OutcomeAsync());
        Assert.Equal(
            ["RCPT TO:<2@moved.test>", "RCPT TO:<3@moved.test>"],
            _other.Mails.SelectMany(static m => m.Recipients).Order());
        await WaitInLineOfAsync(Old, 3);
        Assert.Equal(0, _old.Connections);
        Assert.True(Assert.Single(_harness.Service.SummarizeSuspensions()).IsManual);

        _harness.Service.Resume(Old);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await OutcomeAsync()).Status);
        }

        Assert.Equal(
            ["RCPT TO:<1@stays.test>", "RCPT TO:<3@stays.test>", "RCPT TO:<4@stays.test>"],
            _old.Mails.SelectMany(static m => m.Recipients)); // in the order in which they came
        await _harness.QuietAsync();
        Assert.Equal(0, _harness.Queue.Statistics.Messages);
    }

    [Fact]
    public async Task Mail_that_leaves_a_suspended_line_while_another_host_is_silent_does_not_wait_for_that()
    {
        SuspendByHand(Old);
        QueueId id = await _harness.SubmitAsync("a@moved.test b@slow.test");
        await _slow.WhenAsync(static e => e.Lines.Any(static l => l.Contains("RCPT", StringComparison.Ordinal)));
        await WaitInLineOfAsync(Old);
        FollowTo(_other, reloads: false);
        await WaitInLineOfAsync(Old, 0);
        await _harness.QuietAsync(silent: 1);
        _harness.Time.Advance(_wait);

        Assert.Equal((0, RecipientStatus.Delivered), await OutcomeAsync());
        AssertOnlyTheSilentOneIsLeft(id);
        Assert.Equal(0, _old.Connections);
    }

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        await _slow.DisposeAsync();
        await _old.DisposeAsync();
        await _other.DisposeAsync();
    }

    /// <summary>The old destination is suspended, the slow one has its recipient in a transaction.</summary>
    private async Task<QueueId> WaitInLineAsync(string recipients)
    {
        Suspend(Old);
        QueueId id = await _harness.SubmitAsync(recipients);
        await _slow.WhenAsync(static e => e.Lines.Any(static l => l.Contains("RCPT", StringComparison.Ordinal)));
        await WaitInLineOfAsync(Old);
        return id;
    }

    private Task WaitInLineOfAsync(string destination, int count = 1) =>
        Poll(() => _harness.Service.SummarizeDestinations()
            .Any(d => d.Name == destination && d.Parked == count && d.Active == 0));

    private void Suspend(string destination) =>
        _harness.Service.Suspend(destination, "it asks for a rest", TimeSpan.FromHours(1), isManual: false);

    private void SuspendByHand(string destination) =>
        _harness.Service.Suspend(destination, "until the disk is mended", duration: null, isManual: true);

    /// <summary>One connection to each, so that the order of what is sent can be told.</summary>
    private static DeliveryOptions OneByOne()
    {
        Assert.True(DestinationPattern.TryParse("*", out DestinationPattern all));
        return SharedMessageTests.Patient(
            new DestinationRule { Patterns = [all], Origin = "test", Connections = 1 });
    }

    /// <summary>An administrator's suspension stays.</summary>
    private void FollowTo(ScriptedMailExchanger host, bool reloads)
    {
        if (reloads)
        {
            MoveTo(host);
            return;
        }

        _harness.Routes["moved.test"] = TestRoutes.To(host.Port, name: "smtp:new");
        _harness.Service.FollowRoutes();
    }

    /// <summary>A reload ends the suspension, too.</summary>
    private void MoveTo(ScriptedMailExchanger host)
    {
        _harness.Routes["moved.test"] = TestRoutes.To(host.Port, name: "smtp:new");
        _harness.Service.Reload(OneByOne());
    }

    private async Task<(int Ordinal, RecipientStatus Status)> OutcomeAsync()
    {
        RecordingQueue.Outcome outcome = (await _harness.Queue.NextOutcomesAsync()).Only;
        return (outcome.Ordinal, outcome.Status);
    }

    private void AssertOnlyTheSilentOneIsLeft(QueueId id)
    {
        Assert.True(_harness.Queue.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal((QueueEntryState.Active, 1), (info.State, info.UnfinishedRecipients));
        Assert.Single(_slow.Lines, static l => l.Contains("<b@slow.test>", StringComparison.Ordinal));
    }

    private static async Task Poll(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
