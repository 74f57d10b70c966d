using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Smtp;
using Relay.Testing;

namespace Relay.Delivery.Tests.Notifications;

/// <summary>
/// Success notifications, and handing DSN parameters to next hops that know them (RFC 3461 §4, §5.2).
/// </summary>
public sealed class SuccessNotificationTests
{
    [Fact]
    public async Task Next_hop_without_dsn_makes_it_relayed_with_all_fields()
    {
        await using var harness = new NotificationHarness(static _ => null);
        await harness.SubmitAsync(
            [("a@a.test", DsnNotify.Success, "rfc822;list@client.test"), ("b@a.test", DsnNotify.Failure, "")],
            change: static r => r.Envelope.SetEnvelopeId("QQ314159"u8));

        ReceivedMail mail = await harness.NotificationAsync();
        ParsedReport report = await ParsedReport.ParseAsync(mail);
        Assert.Equal("Return receipt", report["Subject"]);
        Assert.Equal("auto-generated (return-receipt)", report["Auto-Submitted"]);
        Assert.Equal(1, report.Recipients);
        Assert.Equal(
            [
                "Original-Envelope-Id: QQ314159",
                "Reporting-MTA: dns; relay.test",
                "Arrival-Date: Fri, 20 Nov 2026 21:48:02 +0000",
            ],
            report.MessageStatus);
        Assert.Equal(
            [
                "Original-Recipient: rfc822;list@client.test",
                "Final-Recipient: rfc822; a@a.test",
                "Action: relayed",
                "Status: 2.0.0",
                "Remote-MTA: dns; [127.0.0.1]",
                "Diagnostic-Code: smtp; 250 ok",
                "Last-Attempt-Date: Fri, 20 Nov 2026 21:48:02 +0000",
            ],
            report.RecipientStatus().Select(static l => l.StartsWith("Diag", StringComparison.Ordinal)
                ? "Diagnostic-Code: smtp; 250 ok" : l));
        Assert.Contains(
            "<a@a.test>  (relayed to non-DSN-aware mailer)", report.Text.Text, StringComparison.Ordinal);
        Assert.Equal("text/rfc822-headers", report.Returned.Type); // no failure: the header section only (§4.3)
        Assert.DoesNotContain("NOTIFY", harness.Exchanger.Mails[0].Recipients[0], StringComparison.Ordinal);
        Assert.DoesNotContain("ENVID", harness.Exchanger.Mails[0].Mail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DsnReturn.Full, "RET=FULL")]
    [InlineData(DsnReturn.Headers, "RET=HDRS")]
    public async Task Next_hop_with_dsn_gets_notify_ret_envid_and_orcpt_and_is_left_to_report(
        DsnReturn ret, string parameter)
    {
        await using var harness = new NotificationHarness(
            static _ => null, offer: ScriptedMailExchanger.AllExtensions);
        QueueId id = await harness.SubmitAsync(
            [
                ("a@a.test", DsnNotify.Success, "rfc822;x+2By@client.test"),
                ("b@a.test", DsnNotify.Success | DsnNotify.Failure | DsnNotify.Delay, ""),
                ("c@a.test", DsnNotify.Never, ""),
                ("d@a.test", DsnNotify.Unspecified, "utf-8;\\x{E9}@client.test"),
            ],
            change: request =>
            {
                request.Envelope.Return = ret;
                request.Envelope.SetEnvelopeId("QQ+3D1"u8);
            });
        await harness.NextAsync(id);
        ReceivedMail mail = Assert.Single(harness.Exchanger.Mails);
        Assert.EndsWith($" {parameter} ENVID=QQ+3D1", mail.Mail, StringComparison.Ordinal);
        Assert.Equal(
            [
                "RCPT TO:<a@a.test> NOTIFY=SUCCESS ORCPT=rfc822;x+2By@client.test",
                "RCPT TO:<b@a.test> NOTIFY=SUCCESS,FAILURE,DELAY",
                "RCPT TO:<c@a.test> NOTIFY=NEVER",
                "RCPT TO:<d@a.test> ORCPT=utf-8;\\x{E9}@client.test",
            ],
            mail.Recipients);
        Assert.Equal(1, harness.Queue.Statistics.Accepted);
    }

    [Fact]
    public async Task Lmtp_makes_it_delivered()
    {
        await using var harness = new NotificationHarness(static _ => null);
        harness.Delivery.Routes["a.test"] = TestRoutes.To(harness.Exchanger.Port, RouteKind.Lmtp);
        await harness.SubmitAsync("box@a.test", DsnNotify.Success);
        ParsedReport report = await ParsedReport.ParseAsync(await harness.NotificationAsync());
        Assert.Contains("Action: delivered", report.RecipientStatus());
        Assert.Contains(
            "<box@a.test>  (successfully delivered to mailbox)", report.Text.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DsnNotify.Unspecified)]
    [InlineData(DsnNotify.Never)]
    [InlineData(DsnNotify.Failure | DsnNotify.Delay)]
    public async Task Success_is_told_only_where_notify_asks_for_it(DsnNotify notify)
    {
        await using var harness = new NotificationHarness(static _ => null);
        QueueId id = await harness.SubmitAsync("a@a.test", notify);
        Assert.Equal(RecipientStatus.Delivered, (await harness.NextAsync(id)).Only.Status);
        Assert.Equal(1, harness.Queue.Statistics.Accepted);
    }

    [Fact]
    public async Task Success_and_failure_of_one_attempt_are_told_apart()
    {
        await using var harness = new NotificationHarness(static line =>
            line.StartsWith("RCPT TO:<bad", StringComparison.Ordinal) ? "550 5.1.1 No such user" : null);
        await harness.SubmitAsync([("good@a.test", DsnNotify.Success, ""), ("bad@a.test", 0, "")]);
        ParsedReport[] reports =
        [
            await ParsedReport.ParseAsync(await harness.NotificationAsync()),
            await ParsedReport.ParseAsync(await harness.NotificationAsync(2)),
        ];
        ParsedReport failure = Assert.Single(
            reports, static r => r["Subject"] == "Returned mail: see transcript for details");
        ParsedReport success = Assert.Single(reports, static r => r["Subject"] == "Return receipt");
        Assert.Contains("Final-Recipient: rfc822; bad@a.test", failure.RecipientStatus());
        Assert.Contains("Final-Recipient: rfc822; good@a.test", success.RecipientStatus());
        Assert.Equal((1, 1), (failure.Recipients, success.Recipients));
    }
}
