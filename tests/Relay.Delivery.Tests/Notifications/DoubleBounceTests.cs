using System.Text;
using Relay.Queue;
using Relay.Testing;

namespace Relay.Delivery.Tests.Notifications;

/// <summary>
/// Mail with the null reverse-path is never bounced (RFC 5321 §6.1); the administrator hears of it, or nobody
/// (Sendmail: DoubleBounceAddress).
/// </summary>
public sealed class DoubleBounceTests
{
    private static readonly NotificationOptions _toAdmin =
        new() { DoubleBounceAddress = "postmaster@client.test" };

    [Fact]
    public async Task Notification_that_cannot_be_delivered_goes_to_the_double_bounce_address()
    {
        await using var harness = new NotificationHarness(Refuse, notifications: _toAdmin);
        await harness.Delivery.SubmitAsync("x@a.test", reversePath: "gone@a.test");

        ReceivedMail mail = await harness.NotificationAsync();
        Assert.StartsWith("MAIL FROM:<> ", mail.Mail, StringComparison.Ordinal);
        Assert.Equal(["RCPT TO:<postmaster@client.test> NOTIFY=NEVER"], mail.Recipients);
        ParsedReport report = await ParsedReport.ParseAsync(mail);
        Assert.Equal("Postmaster notify: see transcript for details", report["Subject"]);
        Assert.Equal("auto-generated (postmaster-notification)", report["Auto-Submitted"]);
        Assert.Contains("Final-Recipient: rfc822; gone@a.test", report.RecipientStatus());
        Assert.Contains("Status: 5.1.1", report.RecipientStatus());
        Assert.Equal("message/rfc822", report.Returned.Type);
        Assert.Contains(report.Returned.Fields!, static f =>
            f[0] == "Subject" && f[1] == "Returned mail: see transcript for details");
        await harness.Delivery.QuietAsync();
        Assert.Equal(0, harness.Queue.Statistics.Messages);
    }

    [Fact]
    public async Task Double_bounce_that_cannot_be_delivered_is_dropped()
    {
        await using var harness = new NotificationHarness(
            Refuse, notifications: new NotificationOptions { DoubleBounceAddress = "admin@a.test" });
        QueueId id = await harness.Delivery.SubmitAsync("x@a.test", reversePath: string.Empty);
        await harness.NextAsync(id);
        RecordingQueue.Completion second = await harness.Queue.NextAsync();
        Assert.Equal(RecipientStatus.Bounced, second.Only.Status);
        await harness.Delivery.QuietAsync();
        Assert.Equal((2, 0), (harness.Queue.Statistics.Accepted, harness.Queue.Statistics.Messages));
    }

    [Theory]
    [InlineData("")]
    [InlineData("postmaster")]
    public async Task Without_an_address_or_with_one_that_is_nobody_it_is_dropped(string address)
    {
        await using var harness = new NotificationHarness(
            Refuse, notifications: new NotificationOptions { DoubleBounceAddress = address });
        QueueId id = await harness.Delivery.SubmitAsync("x@a.test", reversePath: string.Empty);
        Assert.Equal(RecipientStatus.Bounced, (await harness.NextAsync(id)).Only.Status);
        Assert.Equal((1, 0), (harness.Queue.Statistics.Accepted, harness.Queue.Statistics.Messages));
    }

    [Fact]
    public async Task Client_that_calls_itself_as_the_mark_does_not_silence_the_administrator()
    {
        await using var harness = new NotificationHarness(Refuse, notifications: _toAdmin);
        await harness.Delivery.SubmitAsync("x@a.test", reversePath: string.Empty, change: static request =>
        {
            request.Envelope.SetHelo("double-bounce"u8);
            request.Envelope.SetClient("double-bounce"u8);
        });
        await harness.NotificationAsync();
    }

    [Fact]
    public async Task Postmaster_copy_goes_with_every_failure_without_the_body()
    {
        await using var harness = new NotificationHarness(
            Refuse, notifications: new NotificationOptions { PostmasterCopy = "copies@client.test" });
        await harness.SubmitAsync("x@a.test");
        ReceivedMail[] mails = [await harness.NotificationAsync(), await harness.NotificationAsync(2)];
        ReceivedMail copy = Assert.Single(
            mails, static m => m.Recipients[0].Contains("copies", StringComparison.Ordinal));
        ParsedReport report = await ParsedReport.ParseAsync(copy);
        Assert.Equal("Postmaster notify: see transcript for details", report["Subject"]);
        Assert.Equal(("text/rfc822-headers", "Subject: x\n"), (report.Returned.Type, report.Returned.Text));
        ReceivedMail bounce = Assert.Single(mails, m => m != copy);
        Assert.Equal("message/rfc822", (await ParsedReport.ParseAsync(bounce)).Returned.Type);
    }

    [Fact]
    public async Task Addressee_that_is_an_alias_here_is_resolved()
    {
        var addressees = new Aliases();
        await using var exchanger = new ScriptedMailExchanger(Refuse);
        await using var client = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(addressees: addressees);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        harness.Routes["client.test"] = TestRoutes.To(client.Port);
        addressees.IsDown = true;
        await harness.SubmitAsync("x@a.test", reversePath: "team@relay.test");
        RecordingQueue.Completion deferred = await harness.Queue.NextAsync();
        Assert.Equal(RecipientStatus.Deferred, deferred.Only.Status);

        addressees.IsDown = false;
        await harness.QuietAsync();
        harness.Time.AdvanceTo(deferred.NextAttempt);
        await client.WhenAsync(static e => e.Mails.Count == 1);
        Assert.Equal(
            ["RCPT TO:<a@client.test> NOTIFY=NEVER", "RCPT TO:<b@client.test> NOTIFY=NEVER"],
            client.Mails[0].Recipients);
        Assert.Equal("team@relay.test", (await ParsedReport.ParseAsync(client.Mails[0]))["To"]);
    }

    private static string? Refuse(string line) =>
        line.StartsWith("RCPT", StringComparison.Ordinal) ? "550 5.1.1 No such user" : null;

    private sealed class Aliases : IAddressees
    {
        public bool IsDown { get; set; }

        public async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ResolveAsync(
            ReadOnlyMemory<byte> address, CancellationToken cancellation)
        {
            await Task.Yield();
            Assert.Equal("team@relay.test", Encoding.UTF8.GetString(address.Span));
            return IsDown ? throw new IOException("down for the test")
                : ["a@client.test"u8.ToArray(), "b@client.test"u8.ToArray()];
        }
    }
}
