using System.Text;
using Relay.Delivery.Scheduling;
using Relay.Queue;
using Relay.Smtp;

namespace Relay.Delivery.Tests.Notifications;

/// <summary>
/// How long mail is kept, by the fields that Sendmail goes by (Timeout.queuereturn.*, Priority, Precedence).
/// </summary>
public sealed class MessageLifeTests
{
    [Theory]
    [InlineData("Subject: x", "Normal")]
    [InlineData("Priority: urgent", "Urgent")]
    [InlineData("priority:Non-Urgent", "NonUrgent")]
    [InlineData("Priority:\r\n\turgent  ", "Urgent")]
    [InlineData("Priority: normal\r\nPrecedence: special-delivery", "Normal")]
    [InlineData("Priority: very\r\nPrecedence: special-delivery", "Urgent")]
    [InlineData("Priority: urgent\r\nPriority: non-urgent", "Urgent")]
    [InlineData("Precedence: first-class", "Normal")]
    [InlineData("Precedence: special-delivery", "Urgent")]
    [InlineData("Precedence: list", "NonUrgent bulk")]
    [InlineData("Precedence: BULK", "NonUrgent bulk")]
    [InlineData("Precedence: junk\r\nPriority: urgent", "Urgent bulk")]
    [InlineData("Precedence: bulky", "Normal")]
    [InlineData("X-Precedence: bulk", "Normal")]
    [InlineData("Subject: x\r\n\r\nPrecedence: bulk", "Normal")]
    [InlineData("Content-Type: multipart/report;\r\n\treport-type=delivery-status; boundary=x", "Notification")]
    [InlineData("Content-Type: multipart/report; report-type=disposition-notification", "Normal")]
    [InlineData("Content-Type: text/plain", "Normal")]
    [InlineData("", "Normal")]
    public void Class_is_read_from_the_header_section(string header, string expected)
    {
        MessageClass found = ClassFields.Of(Encoding.UTF8.GetBytes(header + "\r\n\r\nbody\r\n"), isNullSender: false);
        Assert.Equal(expected, found.Priority + (found.IsBulk ? " bulk" : string.Empty));
    }

    [Fact]
    public void Null_reverse_path_has_the_times_of_notifications_unless_priority_says_otherwise()
    {
        Assert.Equal(MessagePriority.Notification, ClassFields.Of("Precedence: bulk\r\n\r\n"u8, true).Priority);
        Assert.Equal(MessagePriority.Urgent, ClassFields.Of("Priority: urgent\r\n\r\n"u8, true).Priority);
    }

    [Fact]
    public void Any_octets_are_some_header_section()
    {
        var random = new Random(1);
        byte[] octets = new byte[200];
        for (int i = 0; i < 20_000; i++)
        {
            for (int j = 0; j < octets.Length; j++)
            {
                octets[j] = "Priority: urgent\r\n\t Precedence:list"u8[random.Next(35)];
            }

            ClassFields.Of(octets.AsSpan(0, random.Next(octets.Length)), isNullSender: false);
        }
    }

    [Theory]
    [InlineData("", 5)]
    [InlineData("Priority: urgent\r\n", 2)]
    [InlineData("Precedence: special-delivery\r\n", 2)]
    [InlineData("Priority: non-urgent\r\n", 7)]
    [InlineData("Precedence: bulk\r\n", 7)]
    public async Task Message_is_returned_at_the_end_of_its_priorities_lifetime(string header, int days)
    {
        await using var harness = new NotificationHarness(
            static line => line.StartsWith("RCPT", StringComparison.Ordinal) ? "450 4.2.1 Busy" : null);
        QueueId id = await harness.SubmitAsync("later@a.test", DsnNotify.Failure, header);
        RecordingQueue.Completion last = await harness.NextAsync(id);
        await harness.AttemptUntilAsync(last, TimeSpan.FromDays(days) - TimeSpan.FromMinutes(1));
        ParsedReport report = await ParsedReport.ParseAsync(await harness.NotificationAsync());
        Assert.InRange(
            harness.Time.GetUtcNow() - id.Created,
            TimeSpan.FromDays(days),
            TimeSpan.FromDays(days) + TimeSpan.FromSeconds(2));
        Assert.Contains(
            $"Cannot send message for {(days == 7 ? "1 week" : $"{days} days")}\n",
            report.Text.Text,
            StringComparison.Ordinal);
        Assert.Contains("Status: 4.4.7", report.RecipientStatus());
        Assert.Contains("Diagnostic-Code: smtp; 450 4.2.1 Busy", report.RecipientStatus());
        Assert.False(harness.Queue.TryGetInfo(id, out _));
    }

    [Fact]
    public async Task Message_with_the_null_reverse_path_has_the_lifetime_of_notifications()
    {
        var retry = new RetryOptions { NotificationLifetime = TimeSpan.FromDays(1), Jitter = 0 };
        await using var harness = new NotificationHarness(
            static line => line.StartsWith("RCPT", StringComparison.Ordinal) ? "450 4.2.1 Busy" : null, retry);
        QueueId id = await harness.Delivery.SubmitAsync("later@a.test", reversePath: string.Empty);
        RecordingQueue.Completion last = await harness.NextAsync(id);
        last = await harness.AttemptUntilAsync(last, TimeSpan.FromDays(1) - TimeSpan.FromMinutes(1));
        Assert.Equal(RecipientStatus.Expired, last.Only.Status);
        Assert.Equal(1, harness.Queue.Statistics.Accepted);
    }

    [Fact]
    public async Task Minimum_age_holds_for_a_next_hop_that_cannot_be_reached()
    {
        var retry = new RetryOptions { Minimum = TimeSpan.FromMinutes(40), Jitter = 0 };
        await using var harness = new NotificationHarness(static _ => null, retry);
        harness.Delivery.Routes["dead.test"] = TestRoutes.To(FailureTests.ClosedPort());
        QueueId id = await harness.SubmitAsync("user@dead.test");
        RecordingQueue.Completion last = await harness.NextAsync(id);
        Assert.Equal(TimeSpan.FromMinutes(40), last.NextAttempt - harness.Time.GetUtcNow());
    }

    [Theory]
    [InlineData(0, "0 seconds")]
    [InlineData(59, "59 seconds")]
    [InlineData(3600, "1 hour")]
    [InlineData(14_400, "4 hours")]
    [InlineData(5400, "1 hour 30 minutes")]
    [InlineData(432_000, "5 days")]
    [InlineData(691_201, "1 week 1 day 1 second")]
    public void Spans_of_time_are_said_in_sendmails_words(int seconds, string words) =>
        Assert.Equal(words, Delivery.Notifications.Interval.ToWords(TimeSpan.FromSeconds(seconds)));
}
