using System.Buffers;
using System.Text;
using Relay.Queue;
using Relay.Smtp;
using Relay.Testing;

namespace Relay.Delivery.Tests;

/// <summary>Delivery status notifications (RFC 3461, 3464, 6522, 6533): who gets one and what it says.</summary>
public sealed class NotificationTests : IAsyncDisposable
{
    private readonly ScriptedMailExchanger _sender = new();
    private readonly ScriptedMailExchanger _refusing = new(static line =>
        line.Contains("<bad", StringComparison.Ordinal) ? "550 5.1.1 No such user"
        : line.Contains("<later", StringComparison.Ordinal) ? "451 4.7.1 Try again"
        : null)
    {
        Offer = "250-refusing.test\r\n250-PIPELINING\r\n250-SMTPUTF8\r\n250 8BITMIME",
    };

    private readonly DeliveryHarness _harness;

    public NotificationTests()
    {
        var retry = new RetryOptions
        {
            Lifetime = TimeSpan.FromHours(2),
            NotificationLifetime = TimeSpan.FromHours(2),
            Jitter = 0,
        };
        _harness = new DeliveryHarness(new DeliveryOptions { HostName = "relay.test", Retry = retry });
        _harness.Routes["client.test"] = TestRoutes.To(_sender.Port);
        _harness.Routes["a.test"] = TestRoutes.To(_refusing.Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        await _sender.DisposeAsync();
        await _refusing.DisposeAsync();
    }

    [Fact]
    public async Task Failure_is_reported_to_the_reverse_path_with_all_fields()
    {
        const string content = "Subject: test\r\nX: y\r\n\r\nbody\r\n..dot\r\n";
        QueueId id = await _harness.SubmitAsync("bad1@a.test good@a.test bad2@a.test", content, change: static request =>
        {
            request.Envelope.SetEnvelopeId("mail+2B1"u8);
            request.Envelope.SetHelo("client.test"u8);
            request.Envelope.SetClient("client.test [192.0.2.1]"u8);
        });

        ReceivedMail mail = await NextNotificationAsync();

        Assert.StartsWith("MAIL FROM:<> ", mail.Mail, StringComparison.Ordinal);
        Assert.Equal(["RCPT TO:<sender@client.test> NOTIFY=NEVER"], mail.Recipients);
        Report report = Report.Parse(mail.Wire);
        Assert.Equal("Mail Delivery Subsystem <MAILER-DAEMON@relay.test>", report.Header["From"]);
        Assert.Equal("<sender@client.test>", report.Header["To"]);
        Assert.Equal("Returned mail: see transcript for details", report.Header["Subject"]);
        Assert.Equal("auto-generated (failure)", report.Header["Auto-Submitted"]);
        Assert.Equal("Fri, 20 Nov 2026 21:48:02 +0000", report.Header["Date"]);
        Assert.EndsWith("@relay.test>", report.Header["Message-ID"], StringComparison.Ordinal);
        Assert.Equal(3, report.Parts.Count);
        Assert.Contains(
            "<bad1@a.test>\r\n    (reason: 550 5.1.1 No such user)", report.Parts[0].Body, StringComparison.Ordinal);
        Assert.DoesNotContain("good@a.test", report.Parts[0].Body, StringComparison.Ordinal);

        Assert.Equal("message/delivery-status", report.Parts[1].Type);
        string[] groups = report.Parts[1].Body.Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, groups.Length);
        Assert.Equal(
            """
            Original-Envelope-Id: mail+1
            Reporting-MTA: dns; relay.test
            Received-From-MTA: dns; client.test
            Arrival-Date: Fri, 20 Nov 2026 21:48:02 +0000
            """.ReplaceLineEndings("\r\n"),
            groups[0]);
        Assert.Equal(
            """
            Final-Recipient: rfc822; bad1@a.test
            Action: failed
            Status: 5.1.1
            Remote-MTA: dns; [127.0.0.1]
            Diagnostic-Code: smtp; 550 5.1.1 No such user
            Last-Attempt-Date: Fri, 20 Nov 2026 21:48:02 +0000
            """.ReplaceLineEndings("\r\n"),
            groups[1]);
        Assert.Equal("message/rfc822", report.Parts[2].Type);
        Assert.Equal(content, report.Parts[2].Body);
        await _harness.QuietAsync();
        Assert.False(_harness.Queue.TryGetInfo(id, out _));
    }

    [Fact]
    public async Task Original_recipient_is_told_as_it_was_given()
    {
        await SubmitAsync(DsnNotify.Failure, "rfc822;First+2BLast@old.test"u8.ToArray());
        Report report = Report.Parse((await NextNotificationAsync()).Wire);
        Assert.Contains(
            "Original-Recipient: rfc822;First+Last@old.test\r\n", report.Parts[1].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DsnNotify.Never)]
    [InlineData(DsnNotify.Success)]
    [InlineData(DsnNotify.Delay)]
    public async Task Failure_is_not_reported_where_notify_excludes_it(DsnNotify notify)
    {
        await SubmitAsync(notify, []);
        Assert.Equal(RecipientStatus.Bounced, (await _harness.Queue.NextAsync()).Only.Status);
        Assert.Equal((0, 1), (_harness.Queue.Statistics.Messages, _harness.Queue.Statistics.Accepted));
    }

    [Fact]
    public async Task Failure_of_a_notification_is_not_reported()
    {
        await _harness.SubmitAsync("bad@a.test", reversePath: string.Empty);
        Assert.Equal(RecipientStatus.Bounced, (await _harness.Queue.NextAsync()).Only.Status);
        Assert.Equal(1, _harness.Queue.Statistics.Accepted);
    }

    [Fact]
    public async Task Success_is_reported_as_relayed_where_asked_for_and_the_next_hop_lacks_dsn()
    {
        await SubmitAsync(DsnNotify.Success, [], "good@a.test");
        Report report = Report.Parse((await NextNotificationAsync()).Wire);
        Assert.Equal("Return receipt", report.Header["Subject"]);
        Assert.Contains("Action: relayed\r\nStatus: 2.0.0\r\n", report.Parts[1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Success_is_left_to_a_next_hop_with_dsn()
    {
        await SubmitAsync(DsnNotify.Success, [], "user@client.test");
        Assert.Equal(RecipientStatus.Delivered, (await _harness.Queue.NextAsync()).Only.Status);
        Assert.Equal(1, _harness.Queue.Statistics.Accepted);
    }

    [Fact]
    public async Task Expired_message_is_returned_with_4_4_7_and_the_last_reply()
    {
        await _harness.SubmitAsync("later@a.test");
        RecordingQueue.Completion last = await _harness.Queue.NextAsync();
        for (int i = 0; last.Outcomes is [{ Status: RecipientStatus.Deferred }]; i++)
        {
            Assert.InRange(i, 0, 20);
            _harness.Time.Advance(last.NextAttempt - _harness.Time.GetUtcNow());
            last = await _harness.Queue.NextAsync();
        }

        Report report = Report.Parse((await NextNotificationAsync()).Wire);
        Assert.Contains("Status: 4.4.7\r\n", report.Parts[1].Body, StringComparison.Ordinal);
        Assert.Contains("Diagnostic-Code: smtp; 451 4.7.1 Try again", report.Parts[1].Body, StringComparison.Ordinal);
        Assert.Contains("Cannot send message for 2 hours", report.Parts[0].Body, StringComparison.Ordinal);
        Assert.Contains(
            _harness.Log.Lines, static l => l.StartsWith("Expired to=<later@a.test>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Messages_in_line_for_a_dead_destination_expire_as_well()
    {
        int port = FailureTests.ClosedPort();
        _harness.Routes["dead.test"] = TestRoutes.To(port);
        for (int i = 0; i < 3; i++)
        {
            await _harness.SubmitAsync($"user{i}@dead.test", reversePath: string.Empty);
        }

        int expired = 0;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (expired < 3)
        {
            Assert.False(limit.IsCancellationRequested);
            _harness.Time.Advance(TimeSpan.FromMinutes(5));
            while (_harness.Queue.TryNext(out RecordingQueue.Completion? completion))
            {
                expired += completion!.Outcomes.Count(static o => o.Status == RecipientStatus.Expired);
            }

            await Task.Yield();
        }

        Assert.Equal(0, _harness.Queue.Statistics.Messages);
    }

    [Theory]
    [InlineData(DsnReturn.Headers, 100, false)]
    [InlineData(DsnReturn.Unspecified, 100, true)]
    [InlineData(DsnReturn.Unspecified, 70_000, false)]
    [InlineData(DsnReturn.Full, 70_000, true)]
    public async Task Returned_content_is_what_ret_asks_for_within_the_limits(DsnReturn ret, int size, bool whole)
    {
        const string header = "Subject: test\r\n..X: y\r\n";
        string body = "\r\n" + new string('x', size) + "\r\n...\r\n";
        await _harness.SubmitAsync("bad@a.test", header + body, change: r => r.Envelope.Return = ret);

        ReceivedMail mail = await NextNotificationAsync();
        Report report = Report.Parse(mail.Wire);
        Assert.Equal(whole ? "message/rfc822" : "text/rfc822-headers", report.Parts[2].Type);
        Assert.Equal(whole ? header + body : header, report.Parts[2].Body);
        int dots = whole ? 2 : 1;
        Assert.Contains($" SIZE={mail.Wire.Length - dots} ", mail.Mail + " ", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Utf8_addresses_make_a_global_report()
    {
        await _harness.SubmitAsync("badé@a.test", "Subject: é\r\n\r\n", change: static r => r.Envelope.SmtpUtf8 = true);
        ReceivedMail mail = await NextNotificationAsync();
        Report report = Report.Parse(mail.Wire);
        Assert.EndsWith(" BODY=8BITMIME SMTPUTF8", mail.Mail, StringComparison.Ordinal);
        Assert.Equal(
            ["message/global-delivery-status", "message/global"], report.Parts.Skip(1).Select(static p => p.Type));
        Assert.Contains("Final-Recipient: utf-8; badé@a.test", report.Parts[1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recipients_stay_deferred_while_the_queue_takes_no_notification()
    {
        _harness.Queue.RefusesNew = true;
        await _harness.SubmitAsync("bad@a.test");
        RecordingQueue.Completion deferred = await _harness.Queue.NextAsync();
        Assert.Equal(RecipientStatus.Deferred, deferred.Only.Status);

        _harness.Queue.RefusesNew = false;
        _harness.Time.AdvanceTo(deferred.NextAttempt);
        Assert.Equal(["RCPT TO:<sender@client.test> NOTIFY=NEVER"], (await NextNotificationAsync()).Recipients);
    }

    private async Task<ReceivedMail> NextNotificationAsync()
    {
        await _sender.WhenAsync(static e => e.Mails.Count == 1);
        return _sender.Mails[0];
    }

    private async Task SubmitAsync(DsnNotify notify, byte[] original, string recipient = "bad@a.test")
    {
        var request = new AcceptRequest(new Envelope());
        request.Envelope.SetReversePath("sender@client.test"u8);
        request.Envelope.AddRecipient(Encoding.ASCII.GetBytes(recipient), original, notify);
        await _harness.AcceptAsync(request, new ReadOnlySequence<byte>("Subject: x\r\n\r\n"u8.ToArray()));
    }

    /// <summary>A multipart/report taken apart.</summary>
    private sealed record Report(Dictionary<string, string> Header, IReadOnlyList<Part> Parts)
    {
        public static Report Parse(byte[] wire)
        {
            string text = Encoding.UTF8.GetString(wire);
            int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            Dictionary<string, string> header = Fields(text[..end]);
            string type = header["Content-Type"];
            Assert.StartsWith("multipart/report; report-type=delivery-status;", type, StringComparison.Ordinal);
            string boundary = type.Split("boundary=\"")[1].TrimEnd('"');
            string[] pieces = text[end..].Split("\r\n--" + boundary);
            Assert.Equal("--\r\n", pieces[^1]);
            return new Report(header, [.. pieces[1..^1].Select(ParsePart)]);
        }

        private static Part ParsePart(string piece)
        {
            int end = piece.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            return new Part(Fields(piece[2..end])["Content-Type"].Split(';')[0], piece[(end + 4)..]);
        }

        private static Dictionary<string, string> Fields(string header) => header
            .Replace("\r\n\t", " ", StringComparison.Ordinal)
            .Split("\r\n")
            .Select(static l => l.Split(": ", 2))
            .ToDictionary(static f => f[0], static f => f[1]);
    }

    private sealed record Part(string Type, string Body);
}
