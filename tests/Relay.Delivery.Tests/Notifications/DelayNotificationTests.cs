using Relay.Queue;
using Relay.Smtp;
using Relay.Testing;

namespace Relay.Delivery.Tests.Notifications;

/// <summary>
/// Delay notifications: when, to whom and what they say (RFC 3461 §4.1, RFC 3464; Sendmail: Timeout.queuewarn).
/// </summary>
public sealed class DelayNotificationTests : IAsyncDisposable
{
    private static readonly TimeSpan _fourHours = TimeSpan.FromHours(4);

    private readonly NotificationHarness _harness = new(Defer);

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task Delay_is_told_after_four_hours_once_with_all_fields()
    {
        DateTimeOffset begin = _harness.Time.GetUtcNow();
        QueueId id = await _harness.SubmitAsync("later@a.test", orcpt: "rfc822;First+2BLast@old.test");
        RecordingQueue.Completion last = await _harness.NextAsync(id);
        last = await _harness.AttemptUntilAsync(last, _fourHours - TimeSpan.FromMinutes(1));

        ReceivedMail mail = await _harness.NotificationAsync();
        DateTimeOffset told = _harness.Time.GetUtcNow();
        Assert.InRange(told - begin, _fourHours, _fourHours + TimeSpan.FromSeconds(2));
        Assert.StartsWith("MAIL FROM:<> ", mail.Mail, StringComparison.Ordinal);
        Assert.Equal(["RCPT TO:<sender@client.test> NOTIFY=NEVER"], mail.Recipients);
        ParsedReport report = await ParsedReport.ParseAsync(mail);
        Assert.Equal("Warning: could not send message for past 4 hours", report["Subject"]);
        Assert.Equal("auto-generated (warning-timeout)", report["Auto-Submitted"]);
        Assert.Equal(
            [
                "Original-Recipient: rfc822;First+Last@old.test",
                "Final-Recipient: rfc822; later@a.test",
                "Action: delayed",
                "Status: 4.7.1",
                "Remote-MTA: dns; [127.0.0.1]",
                "Diagnostic-Code: smtp; 451 4.7.1 Try again",
                "Last-Attempt-Date: Sat, 21 Nov 2026 01:48:02 +0000",
                "Will-Retry-Until: Wed, 25 Nov 2026 21:48:02 +0000",
            ],
            report.RecipientStatus());
        Assert.Contains("THIS IS A WARNING MESSAGE ONLY", report.Text.Text, StringComparison.Ordinal);
        Assert.Contains("Will keep trying until message is 5 days old", report.Text.Text, StringComparison.Ordinal);
        Assert.Equal(("text/rfc822-headers", "Subject: x\n"), (report.Returned.Type, report.Returned.Text));

        await _harness.AttemptUntilAsync(last, TimeSpan.FromDays(4));
        Assert.Single(_harness.Client.Mails);
    }

    [Theory]
    [InlineData(DsnNotify.Unspecified, true)]
    [InlineData(DsnNotify.Delay, true)]
    [InlineData(DsnNotify.Delay | DsnNotify.Success, true)]
    [InlineData(DsnNotify.Never, false)]
    [InlineData(DsnNotify.Failure, false)]
    [InlineData(DsnNotify.Success | DsnNotify.Failure, false)]
    public async Task Delay_is_told_unless_notify_excludes_it(DsnNotify notify, bool told)
    {
        QueueId id = await _harness.SubmitAsync("later@a.test", notify);
        await _harness.AttemptUntilAsync(await _harness.NextAsync(id), TimeSpan.FromHours(6));
        Assert.Equal(told ? 2 : 1, _harness.Queue.Statistics.Accepted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("owner-list@client.test")]
    [InlineData("Owner-List@client.test")]
    [InlineData("list-request@client.test")]
    public async Task Delay_is_never_told_to_the_null_reverse_path_and_to_list_addresses(string sender)
    {
        QueueId id = await _harness.Delivery.SubmitAsync("later@a.test", reversePath: sender);
        await _harness.AttemptUntilAsync(await _harness.NextAsync(id), TimeSpan.FromHours(6));
        Assert.Equal(1, _harness.Queue.Statistics.Accepted);
    }

    [Theory]
    [InlineData("Priority: urgent\r\n", 1)]
    [InlineData("Priority: normal\r\n", 4)]
    [InlineData("Priority: non-urgent\r\n", 12)]
    [InlineData("Precedence: special-delivery\r\n", 1)]
    [InlineData("Precedence: first-class\r\n", 4)]
    [InlineData("Precedence: bulk\r\n", 0)]
    [InlineData("Precedence: list\r\nPriority: urgent\r\n", 0)]
    public async Task Warning_time_is_the_prioritys_and_bulk_mail_has_none(string header, int hours)
    {
        QueueId id = await _harness.SubmitAsync("later@a.test", header: header);
        RecordingQueue.Completion last = await _harness.NextAsync(id);
        if (hours > 0)
        {
            last = await _harness.AttemptUntilAsync(last, TimeSpan.FromHours(hours) - TimeSpan.FromMinutes(2));
            ParsedReport report = await ParsedReport.ParseAsync(await _harness.NotificationAsync());
            Assert.Equal(
                $"Warning: could not send message for past {hours} hour{(hours == 1 ? "" : "s")}", report["Subject"]);
            Assert.InRange(
                _harness.Time.GetUtcNow() - id.Created,
                TimeSpan.FromHours(hours),
                TimeSpan.FromHours(hours) + TimeSpan.FromSeconds(2));
        }

        await _harness.AttemptUntilAsync(last, TimeSpan.FromHours(30));
        Assert.Equal(hours > 0 ? 2 : 1, _harness.Queue.Statistics.Accepted);
    }

    [Fact]
    public async Task Three_recipients_one_bounced_two_late_are_each_told_once_with_the_exact_states_of_the_others()
    {
        bool refuses = false;
        await using var harness = new NotificationHarness(line =>
            line.StartsWith("RCPT TO:<gone@", StringComparison.Ordinal) && refuses ? "550 5.1.1 Gone" : Defer(line));
        QueueId id = await harness.SubmitAsync(
            [("later1@a.test", 0, ""), ("gone@a.test", 0, ""), ("later2@a.test", 0, "")]);
        RecordingQueue.Completion last = await harness.NextAsync(id);
        refuses = true;
        last = await harness.AttemptAgainAsync(last);
        Assert.Equal([0, 2], last.Outcomes.Select(static o => o.Ordinal)); // the third went with its notification
        ParsedReport bounce = await ParsedReport.ParseAsync(await harness.NotificationAsync());
        Assert.Equal("Returned mail: see transcript for details", bounce["Subject"]);
        Assert.Equal(1, bounce.Recipients);
        Assert.Contains("Final-Recipient: rfc822; gone@a.test", bounce.RecipientStatus());

        await harness.AttemptUntilAsync(last, TimeSpan.FromHours(12));
        ParsedReport delay = await ParsedReport.ParseAsync(await harness.NotificationAsync(2));
        Assert.Equal(2, delay.Recipients);
        Assert.Contains("Final-Recipient: rfc822; later1@a.test", delay.RecipientStatus(0));
        Assert.Contains("Final-Recipient: rfc822; later2@a.test", delay.RecipientStatus(1));
        Assert.Equal(3, harness.Queue.Statistics.Accepted);
    }

    [Fact]
    public async Task Mail_in_line_for_a_dead_destination_is_told_of_once_as_well()
    {
        int port = FailureTests.ClosedPort();
        _harness.Delivery.Routes["dead.test"] = TestRoutes.To(port);
        var ids = new HashSet<QueueId>();
        for (int i = 0; i < 20; i++)
        {
            ids.Add(await _harness.SubmitAsync($"user{i}@dead.test"));
        }

        await _harness.Delivery.QuietAsync();
        for (int i = 0; i < 6 * 60 * 10; i++)
        {
            _harness.Time.Advance(TimeSpan.FromSeconds(10)); // less than the time to connect
            await _harness.Delivery.QuietAsync();
        }

        await _harness.NotificationAsync(20);
        Assert.Equal(20 + 20, _harness.Queue.Statistics.Accepted);
        Assert.Equal(20, _harness.Client.Mails.Count);
        Assert.All(_harness.Client.Mails, static m => Assert.Contains(
            "Subject: Warning: could not send message for past 4 hours",
            System.Text.Encoding.UTF8.GetString(m.Wire),
            StringComparison.Ordinal));
        using QueuedMessage message = _harness.Queue.CreateQueued();
        Assert.All(ids, id => Assert.True(_harness.Queue.TryInspect(id, message) && message.IsDelayNotified(0)));
    }

    [Fact]
    public async Task Delay_that_the_queue_takes_no_notification_of_is_told_at_the_next_attempt()
    {
        QueueId id = await _harness.SubmitAsync("later@a.test");
        RecordingQueue.Completion last = await _harness.NextAsync(id);
        _harness.Queue.RefusesNew = true;
        last = await _harness.AttemptUntilAsync(last, _fourHours);
        Assert.Equal(RecipientStatus.Deferred, last.Only.Status);
        _harness.Queue.RefusesNew = false;
        await _harness.AttemptAgainAsync(last);
        await _harness.NotificationAsync();
        Assert.Equal(2, _harness.Queue.Statistics.Accepted);
    }

    [Fact]
    public async Task Reload_of_the_times_counts_for_messages_in_the_queue()
    {
        QueueId id = await _harness.SubmitAsync("later@a.test");
        RecordingQueue.Completion last = await _harness.NextAsync(id);
        _harness.Delivery.Service.Reload(new DeliveryOptions
        {
            HostName = "relay.test",
            Retry = new RetryOptions
            {
                Jitter = 0,
                Warning = TimeSpan.FromMinutes(30),
                Lifetime = TimeSpan.FromHours(2),
            },
        });
        last = await _harness.AttemptUntilAsync(last, TimeSpan.FromMinutes(29));
        ParsedReport delay = await ParsedReport.ParseAsync(await _harness.NotificationAsync());
        Assert.Equal("Warning: could not send message for past 30 minutes", delay["Subject"]);
        await _harness.AttemptUntilAsync(last, TimeSpan.FromHours(2));
        ParsedReport bounce = await ParsedReport.ParseAsync(await _harness.NotificationAsync(2));
        Assert.Contains("Status: 4.4.7", bounce.RecipientStatus());
        Assert.InRange(
            _harness.Time.GetUtcNow() - id.Created, TimeSpan.FromHours(2), TimeSpan.FromMinutes(121));
    }

    private static string? Defer(string line) =>
        line.StartsWith("RCPT", StringComparison.Ordinal) ? "451 4.7.1 Try again" : null;
}
