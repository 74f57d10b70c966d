using System.Text;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Smtp;
using Relay.Testing;

namespace Relay.Delivery.Tests;

/// <summary>
/// Recipients with a reverse-path of their own, as members of a list that has an owner (Sendmail: "owner-list"): sent
/// with it and reported to it.
/// </summary>
public sealed class OwnReversePathTests : IAsyncDisposable
{
    private const string Poster = "sender@client.test";

    private readonly DeliveryHarness _harness = new(DeliveryHarness.OneConnection);
    private readonly ScriptedMailExchanger _owners = new();

    public OwnReversePathTests()
    {
        _harness.Routes["client.test"] = TestRoutes.To(_owners.Port);
        _harness.Routes["list.test"] = TestRoutes.To(_owners.Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        await _owners.DisposeAsync();
    }

    [Theory]
    [InlineData(ScriptedMailExchanger.AllExtensions)]
    [InlineData("250 mx.test")]
    public async Task Each_reverse_path_has_a_transaction_of_its_own(string offer)
    {
        await using var exchanger = new ScriptedMailExchanger { Offer = offer };
        _harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await SubmitAsync(
            ("p1@a.test", null), ("m1@a.test", "o1@list.test"), ("m2@a.test", "o2@list.test"),
            ("p2@a.test", null), ("m3@a.test", "o1@list.test"), ("robot@a.test", string.Empty),
            ("p3@a.test", Poster));
        RecordingQueue.Completion completion = await _harness.Queue.NextAsync();

        Assert.Equal(7, completion.Outcomes.Count(static o => o.Status == RecipientStatus.Delivered));
        Assert.Equal(
            [
                "<sender@client.test> p1@a.test p2@a.test p3@a.test",
                "<o1@list.test> m1@a.test m3@a.test",
                "<o2@list.test> m2@a.test",
                "<> robot@a.test",
            ],
            exchanger.Mails.Select(Summary));
        Assert.Equal(1, exchanger.Connections);
        Assert.Single(exchanger.Mails.Select(static m => Encoding.UTF8.GetString(m.Wire)).Distinct());
    }

    [Fact]
    public async Task Envid_and_ret_are_the_posters_and_not_told_with_an_owners_reverse_path()
    {
        await using var exchanger = new ScriptedMailExchanger();
        _harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await SubmitAsync(("p@a.test", null), ("m@a.test", "o1@list.test"));
        await _harness.Queue.NextAsync();

        Assert.Contains(" RET=HDRS ENVID=E1", exchanger.Mails[0].Mail, StringComparison.Ordinal);
        Assert.DoesNotContain("RET=", exchanger.Mails[1].Mail, StringComparison.Ordinal);
        Assert.DoesNotContain("ENVID=", exchanger.Mails[1].Mail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reverse_path_that_is_refused_costs_its_own_recipients_alone()
    {
        await using var exchanger = new ScriptedMailExchanger(static line =>
            line.StartsWith("MAIL FROM:<o1@", StringComparison.Ordinal) ? "450 4.7.1 Greylisted" : null);
        _harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await SubmitAsync(
            ("m1@a.test", "o1@list.test"), ("m2@a.test", "o2@list.test"), ("m3@a.test", "o1@list.test"));
        RecordingQueue.Completion completion = await _harness.Queue.NextAsync();

        Assert.Equal(
            [RecipientStatus.Deferred, RecipientStatus.Delivered, RecipientStatus.Deferred],
            completion.Outcomes.Select(static o => o.Status));
        Assert.Equal(["<o2@list.test> m2@a.test"], exchanger.Mails.Select(Summary));
    }

    [Fact]
    public async Task A_reverse_path_that_needs_smtputf8_costs_its_own_recipients_alone()
    {
        await using var exchanger = new ScriptedMailExchanger { Offer = "250-mx.test\r\n250 PIPELINING" };
        _harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await SubmitAsync(
            static r => r.Envelope.SmtpUtf8 = true,
            ("m1@a.test", "ö@list.test"), ("m2@a.test", "o2@list.test"));
        await exchanger.WhenAsync(static e => e.Mails.Count == 1);

        Assert.Equal(["<o2@list.test> m2@a.test"], exchanger.Mails.Select(Summary));
        await _owners.WhenAsync(static e => e.Mails.Count == 1);
        Assert.Contains("\r\nTo: <ö@list.test>\r\n", Text(_owners.Mails[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failures_are_reported_to_each_reverse_path_about_its_own_recipients()
    {
        await using ScriptedMailExchanger refusing = Refusing();
        _harness.Routes["a.test"] = TestRoutes.To(refusing.Port);

        QueueId id = await SubmitAsync(
            ("bad1@a.test", "o1@list.test"), ("bad2@a.test", null), ("bad3@a.test", "o2@list.test"),
            ("bad4@a.test", "o1@list.test"), ("bad5@a.test", string.Empty), ("good@a.test", "o2@list.test"));
        await _owners.WhenAsync(static e => e.Mails.Count == 3);

        Assert.Equal(
            ["o1@list.test: bad1@a.test bad4@a.test", "o2@list.test: bad3@a.test", Poster + ": bad2@a.test"],
            _owners.Mails.Select(ReportOf).Order(StringComparer.Ordinal));
        Assert.All(_owners.Mails, static m => Assert.StartsWith("MAIL FROM:<>", m.Mail, StringComparison.Ordinal));
        Assert.Equal(
            [Poster],
            _owners.Mails.Where(static m => Text(m).Contains("Original-Envelope-Id: E1", StringComparison.Ordinal))
                .Select(RecipientOf));
        Assert.False(_harness.Queue.TryGetInfo(id, out _));
        Assert.Contains(
            _harness.Log.Lines, static l => l.Contains("to=<o1@list.test>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_notification_that_the_queue_refuses_leaves_its_own_recipients_deferred_and_the_others_ended()
    {
        await using ScriptedMailExchanger refusing = Refusing();
        _harness.Routes["a.test"] = TestRoutes.To(refusing.Port);
        _harness.Queue.NewLeft = 1;

        QueueId id = await SubmitAsync(("bad1@a.test", "o1@list.test"), ("bad2@a.test", "o2@list.test"));
        RecordingQueue.Completion first = await NextOfAsync(id);

        Assert.Equal((1, RecipientStatus.Deferred), (first.Only.Ordinal, first.Only.Status));
        await _owners.WhenAsync(static e => e.Mails.Count == 1);
        Assert.Equal("o1@list.test: bad1@a.test", ReportOf(_owners.Mails[0]));

        _harness.Queue.NewLeft = int.MaxValue;
        _harness.Time.AdvanceTo(first.NextAttempt);
        await _owners.WhenAsync(static e => e.Mails.Count == 2);
        Assert.Equal("o2@list.test: bad2@a.test", ReportOf(_owners.Mails[1]));
    }

    [Fact]
    public async Task A_session_that_breaks_in_one_transaction_sends_no_other_again()
    {
        int contents = 0;
        await using var exchanger = new ScriptedMailExchanger(line =>
            line == ScriptedMailExchanger.EndOfData && ++contents == 2 ? ScriptedMailExchanger.Cut : null);
        _harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await SubmitAsync(
            ("m1@a.test", "o1@list.test"), ("m2@a.test", "o2@list.test"), ("m3@a.test", "o3@list.test"));
        RecordingQueue.Completion completion = await _harness.Queue.NextAsync();

        Assert.Equal(
            [RecipientStatus.Delivered, RecipientStatus.Deferred, RecipientStatus.Delivered],
            completion.Outcomes.Select(static o => o.Status));
    }

    [Fact]
    public async Task A_thousand_members_of_as_many_lists_are_sent_once_each()
    {
        await using var exchanger = new ScriptedMailExchanger();
        _harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await SubmitAsync(
            [.. Enumerable.Range(0, 1000).Select(static i => ($"m{i}@a.test", (string?)$"o{i}@list.test"))]);
        RecordingQueue.Completion completion = await _harness.Queue.NextAsync();

        Assert.Equal(1000, completion.Outcomes.Count(static o => o.Status == RecipientStatus.Delivered));
        Assert.Equal(
            Enumerable.Range(0, 1000).Select(static i => $"<o{i}@list.test> m{i}@a.test"),
            exchanger.Mails.Select(Summary));
    }

    [Fact]
    public async Task A_restart_in_between_keeps_whom_each_recipient_is_sent_and_reported_under()
    {
        await using ScriptedMailExchanger refusing = Refusing();
        DirectoryInfo directory = Directory.CreateTempSubdirectory("relay-owner-");
        try
        {
            var queue = new MailQueueOptions { Directory = directory.FullName, SegmentSize = 1 << 20 };
            await using (var before = new DeliveryHarness(DeliveryHarness.OneConnection, queue))
            {
                before.Routes["a.test"] = new Route(RouteKind.Hold, "hold", []);
                await SubmitAsync(
                    before, static _ => { },
                    ("bad1@a.test", "o1@list.test"), ("m2@a.test", "o2@list.test"), ("p@a.test", null));
                await before.Queue.NextAsync();
            }

            await using var after = new DeliveryHarness(DeliveryHarness.OneConnection, queue);
            after.Routes["a.test"] = TestRoutes.To(refusing.Port);
            after.Routes["list.test"] = TestRoutes.To(_owners.Port);
            Assert.True(after.Queue.Release(after.Queue.Enumerate().Single().Id));
            await _owners.WhenAsync(static e => e.Mails.Count == 1);

            Assert.Equal("o1@list.test: bad1@a.test", ReportOf(_owners.Mails[0]));
            Assert.Equal(
                ["<o2@list.test> m2@a.test", "<sender@client.test> p@a.test"], refusing.Mails.Select(Summary));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static ScriptedMailExchanger Refusing() => new(static line =>
        line.Contains("<bad", StringComparison.Ordinal) ? "550 5.1.1 No such user" : null);

    private static string Summary(ReceivedMail mail) =>
        $"{mail.Mail["MAIL FROM:".Length..].Split(' ')[0]} "
        + string.Join(' ', mail.Recipients.Select(static r => r["RCPT TO:<".Length..].Split('>')[0]));

    private static string RecipientOf(ReceivedMail mail) =>
        Assert.Single(mail.Recipients)["RCPT TO:<".Length..].Split('>')[0];

    private static string Text(ReceivedMail mail) => Encoding.UTF8.GetString(mail.Wire);

    /// <summary>Who is told of whom.</summary>
    private static string ReportOf(ReceivedMail mail)
    {
        string recipient = RecipientOf(mail);
        Assert.Contains($"\r\nTo: <{recipient}>\r\n", Text(mail), StringComparison.Ordinal);
        IEnumerable<string> failed = Text(mail).Split("\r\n")
            .Where(static l => l.StartsWith("Final-Recipient: rfc822; ", StringComparison.Ordinal))
            .Select(static l => l["Final-Recipient: rfc822; ".Length..]);
        return $"{recipient}: {string.Join(' ', failed)}";
    }

    private async Task<RecordingQueue.Completion> NextOfAsync(QueueId id)
    {
        RecordingQueue.Completion completion;
        do
        {
            completion = await _harness.Queue.NextAsync();
        }
        while (completion.Id != id);

        return completion;
    }

    private Task<QueueId> SubmitAsync(params (string Recipient, string? ReversePath)[] recipients) =>
        SubmitAsync(static _ => { }, recipients);

    private Task<QueueId> SubmitAsync(
        Action<AcceptRequest> change, params (string Recipient, string? ReversePath)[] recipients) =>
        SubmitAsync(_harness, change, recipients);

    private static Task<QueueId> SubmitAsync(
        DeliveryHarness harness,
        Action<AcceptRequest> change,
        params (string Recipient, string? ReversePath)[] recipients) =>
        harness.SubmitAsync(string.Empty, reversePath: Poster, change: request =>
        {
            request.Envelope.SetEnvelopeId("E1"u8);
            request.Envelope.Return = DsnReturn.Headers;
            foreach ((string recipient, string? reversePath) in recipients)
            {
                if (reversePath is null)
                {
                    request.Envelope.AddRecipient(
                        Encoding.UTF8.GetBytes(recipient), default, DsnNotify.Unspecified);
                }
                else
                {
                    request.Envelope.AddRecipient(
                        Encoding.UTF8.GetBytes(recipient),
                        default,
                        DsnNotify.Unspecified,
                        Encoding.UTF8.GetBytes(reversePath));
                }
            }

            change(request);
        });
}
