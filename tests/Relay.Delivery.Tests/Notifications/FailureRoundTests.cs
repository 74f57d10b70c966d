using Relay.Queue;
using Relay.Testing;

namespace Relay.Delivery.Tests.Notifications;

/// <summary>One notification tells of all recipients of a message that failed, at whatever destinations.</summary>
public sealed class FailureRoundTests : IAsyncDisposable
{
    private const string Refused = "550 5.1.1 No such user";

    private readonly NotificationHarness _harness = new(Refuse);
    private readonly ScriptedMailExchanger _second;
    private Func<string, string?> _script = Refuse;

    public FailureRoundTests()
    {
        _second = new ScriptedMailExchanger(line => _script(line)) { Offer = NotificationHarness.NoDsn };
        _harness.Delivery.Routes["b.test"] = TestRoutes.To(_second.Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact]
    public async Task Failures_at_two_destinations_share_one_notification()
    {
        QueueId id = await _harness.SubmitAsync(
            [("bad1@a.test", 0, ""), ("bad2@b.test", 0, ""), ("good@b.test", 0, ""), ("bad3@a.test", 0, "")]);
        ParsedReport report = await ParsedReport.ParseAsync(await _harness.NotificationAsync());
        Assert.Equal(3, report.Recipients);
        Assert.Equal(
            ["bad1@a.test", "bad2@b.test", "bad3@a.test"],
            Enumerable.Range(0, 3).Select(i => report.RecipientStatus(i)[0]["Final-Recipient: rfc822; ".Length..]));
        Assert.All([0, 1, 2], i => Assert.Contains($"Diagnostic-Code: smtp; {Refused}", report.RecipientStatus(i)));
        await EndAsync(id);
        Assert.Equal(2, _harness.Queue.Statistics.Accepted);
        Assert.Single(_second.Mails);
    }

    /// <summary>
    /// The job that ends first has told the queue and is interrupted there; the other one, now the last, tells of both.
    /// </summary>
    [Fact]
    public async Task Failure_is_told_by_the_last_job_though_its_own_has_not_let_go_yet()
    {
        using var goOn = new ManualResetEventSlim();
        int ended = 0;
        _harness.Queue.Completed = _ =>
        {
            if (Interlocked.Increment(ref ended) == 1)
            {
                Assert.True(goOn.Wait(TimeSpan.FromSeconds(60)));
            }
        };
        QueueId id = await _harness.SubmitAsync([("bad1@a.test", 0, ""), ("bad2@b.test", 0, "")]);
        ParsedReport report = await ParsedReport.ParseAsync(await _harness.NotificationAsync());
        goOn.Set();
        Assert.Equal(2, report.Recipients);
        await EndAsync(id);
        Assert.Equal(2, _harness.Queue.Statistics.Accepted);
    }

    [Fact]
    public async Task Recipient_that_is_deferred_meanwhile_is_tried_at_its_own_time_and_told_of_by_itself()
    {
        _script = static line => line.StartsWith("RCPT", StringComparison.Ordinal) ? "451 4.2.0 Later" : null;
        QueueId id = await _harness.SubmitAsync([("bad@a.test", 0, ""), ("later@b.test", 0, "")]);
        ParsedReport first = await ParsedReport.ParseAsync(await _harness.NotificationAsync());
        Assert.Contains("Final-Recipient: rfc822; bad@a.test", first.RecipientStatus());
        QueueEntryInfo info = await _harness.Delivery.DeferredAsync(id);
        Assert.Equal(1, info.UnfinishedRecipients);
        Assert.InRange(
            info.NextAttempt - _harness.Time.GetUtcNow(), TimeSpan.FromMinutes(4.9), TimeSpan.FromMinutes(5.1));

        _script = static line => line.StartsWith("RCPT", StringComparison.Ordinal) ? Refused : null;
        _harness.Time.Advance(TimeSpan.FromMinutes(5.1));
        ParsedReport second = await ParsedReport.ParseAsync(await _harness.NotificationAsync(2));
        Assert.Contains("Final-Recipient: rfc822; later@b.test", second.RecipientStatus());
        Assert.Equal(1, second.Recipients);
        await EndAsync(id);
    }

    [Fact]
    public async Task Destination_that_cannot_be_reached_holds_up_the_news_for_a_minute_at_most()
    {
        _script = HangAtMail;
        QueueId id = await _harness.SubmitAsync([("bad@a.test", 0, ""), ("slow@b.test", 0, "")]);
        Assert.Empty((await _harness.NextAsync(id)).Outcomes);
        await SecondHangsAsync();
        await _harness.Delivery.QuietAsync(silent: 1);
        _harness.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(1, _harness.Queue.Statistics.Accepted);
        _harness.Time.Advance(TimeSpan.FromSeconds(2));
        ParsedReport report = await ParsedReport.ParseAsync(await _harness.NotificationAsync());
        Assert.Contains("Final-Recipient: rfc822; bad@a.test", report.RecipientStatus());
        Assert.True(_harness.Queue.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal((QueueEntryState.Active, 1), (info.State, info.UnfinishedRecipients));
    }

    [Fact]
    public async Task Stop_with_a_destination_down_leaves_recipients_that_nobody_was_told_of_to_be_tried_again()
    {
        _harness.Delivery.Routes["dead.test"] = TestRoutes.To(FailureTests.ClosedPort());
        await _harness.NextAsync(await _harness.SubmitAsync([("first@dead.test", 0, "")]));
        QueueId id = await _harness.SubmitAsync([("bad@a.test", 0, ""), ("x@dead.test", 0, "")]);
        Assert.Empty((await _harness.NextAsync(id)).Outcomes);
        await _harness.Delivery.Service.StopAsync(TimeSpan.Zero);
        using QueuedMessage message = _harness.Queue.CreateQueued();
        Assert.True(_harness.Queue.TryInspect(id, message));
        Assert.Equal(RecipientStatus.Pending, message.GetStatus(0));
        Assert.Equal(2, _harness.Queue.Statistics.Accepted);
    }

    [Fact]
    public async Task Stop_that_ends_the_other_jobs_tells_of_what_failed()
    {
        _script = HangAtMail;
        QueueId id = await _harness.SubmitAsync([("bad@a.test", 0, ""), ("slow@b.test", 0, "")]);
        Assert.Empty((await _harness.NextAsync(id)).Outcomes);
        await _harness.Delivery.Service.StopAsync(TimeSpan.Zero);
        using QueuedMessage message = _harness.Queue.CreateQueued();
        Assert.True(_harness.Queue.TryInspect(id, message));
        Assert.Equal(RecipientStatus.Bounced, message.GetStatus(0));
        Assert.Equal(RecipientStatus.Pending, message.GetStatus(1));
        Assert.Equal(2, _harness.Queue.Statistics.Accepted);
    }

    [Fact]
    public async Task Failures_that_the_queue_takes_no_notification_of_are_deferred()
    {
        _harness.Queue.RefusesNew = true;
        QueueId id = await _harness.SubmitAsync([("bad1@a.test", 0, ""), ("bad2@b.test", 0, "")]);
        RecordingQueue.Completion last;
        do
        {
            last = await _harness.NextAsync(id);
        }
        while (last.Outcomes.Count == 0);

        Assert.All(last.Outcomes, static o => Assert.Equal(RecipientStatus.Deferred, o.Status));
        _harness.Queue.RefusesNew = false;
        await _harness.Delivery.QuietAsync();
        _harness.Time.Advance(TimeSpan.FromMinutes(5.1));
        Assert.Equal(2, (await ParsedReport.ParseAsync(await _harness.NotificationAsync())).Recipients);
        await EndAsync(id);
    }

    [Fact]
    public async Task Message_deleted_meanwhile_is_told_of_no_more()
    {
        _script = HangAtMail;
        QueueId id = await _harness.SubmitAsync([("bad@a.test", 0, ""), ("slow@b.test", 0, "")]);
        await _harness.NextAsync(id);
        await SecondHangsAsync(); // else it may find the message gone and not send at all
        Assert.True(_harness.Queue.Delete(id));
        _second.CutAll();
        await _harness.Delivery.QuietAsync();
        _harness.Time.Advance(TimeSpan.FromMinutes(2));
        await _harness.Delivery.QuietAsync();
        Assert.Equal((1, 0), (_harness.Queue.Statistics.Accepted, _harness.Queue.Statistics.Messages));
    }

    private static string? Refuse(string line) =>
        line.StartsWith("RCPT TO:<bad", StringComparison.Ordinal) ? Refused : null;

    private static string? HangAtMail(string line) =>
        line.StartsWith("MAIL", StringComparison.Ordinal) ? ScriptedMailExchanger.Hang : null;

    private Task SecondHangsAsync() => _second.WhenAsync(
        static e => e.Lines.Any(static l => l.Contains("MAIL", StringComparison.Ordinal)));

    private async Task EndAsync(QueueId id)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (_harness.Queue.TryGetInfo(id, out _))
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
