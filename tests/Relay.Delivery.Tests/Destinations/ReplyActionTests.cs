using Relay.Delivery.Rules;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Testing;

namespace Relay.Delivery.Tests.Destinations;

/// <summary>What a refusal does to the destination, and to the mail refused.</summary>
public sealed class ReplyActionTests
{
    [Fact]
    public async Task A_421_halves_the_connections_and_peace_brings_them_back_one_by_one()
    {
        int refusals = 1;
        await using var exchanger = new ScriptedMailExchanger(line =>
            line.StartsWith("MAIL", StringComparison.Ordinal) && Interlocked.Decrement(ref refusals) >= 0
                ? "421 4.3.2 too busy<then cut>"
                : null);
        await using var harness = new DeliveryHarness(Options() with { Connections = 8 });
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "smtp:hop");
        Assert.Equal(RecipientStatus.Deferred, (await harness.SendAsync("a@a.test")).Only.Status);
        DestinationSummary summary = harness.Service.SummarizeDestinations().Single();
        Assert.Equal((1, 8), (summary.Window, summary.ConnectionLimit));
        Assert.Contains("too busy", summary.LastReply, StringComparison.Ordinal);

        for (int window = 2; window <= 8; window++)
        {
            harness.Time.Advance(TimeSpan.FromSeconds(11));
            await harness.SubmitAsync($"keep{window}@a.test");
            await harness.UntilAsync(s => s!.Window >= window);
        }

        await harness.UntilAsync(static s => s!.Window == 8);
    }

    [Fact]
    public async Task Five_refusals_in_a_row_slow_down_and_one_accepted_message_between_them_does_not()
    {
        int count = 0;
        await using var exchanger = new ScriptedMailExchanger(line =>
            line.StartsWith("MAIL", StringComparison.Ordinal) && Interlocked.Increment(ref count) is not 5
                ? "451 4.3.0 trouble"
                : null);
        await using var harness = new DeliveryHarness(Options() with { Connections = 8 });
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "smtp:hop");
        for (int i = 1; i <= 9; i++)
        {
            await harness.SendAsync($"user{i}@a.test");
            Assert.Equal(8, harness.Service.SummarizeDestinations().Single().Window);
        }

        await harness.SendAsync("tenth@a.test");
        Assert.Equal(1, harness.Service.SummarizeDestinations().Single().Window);
    }

    [Fact]
    public async Task A_rule_that_suspends_defers_even_a_5xx_and_mail_leaves_when_its_time_is_over()
    {
        bool refuses = true;
        await using var exchanger = new ScriptedMailExchanger(line =>
            line.StartsWith("RCPT", StringComparison.Ordinal) && Volatile.Read(ref refuses)
                ? "550 5.7.1 you are listed"
                : null);
        await using var harness = new DeliveryHarness(Options(Rule(ReplyAction.Suspend, "listed") with
        {
            Duration = TimeSpan.FromMinutes(10),
        }));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "smtp:hop");
        RecordingQueue.Outcome outcome = (await harness.SendAsync("a@a.test")).Only;
        Assert.Equal((RecipientStatus.Deferred, 550), (outcome.Status, outcome.Code));
        SuspensionSummary suspension = Assert.Single(harness.Service.SummarizeSuspensions());
        Assert.Equal((false, TimeSpan.FromMinutes(10)), (suspension.IsManual, suspension.Until - suspension.Since));
        Assert.Contains("550 5.7.1 you are listed (the test's rule)", suspension.Reason, StringComparison.Ordinal);
        Assert.Contains(
            harness.Log.Lines, static l => l.Contains("smtp:hop gets no mail for 00:10:00", StringComparison.Ordinal));

        await harness.SubmitAsync("b@a.test");
        await harness.UntilAsync(static s => s!.Parked == 1);
        Volatile.Write(ref refuses, false);
        harness.Time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        await exchanger.WhenAsync(static e => e.Mails.Count >= 1);
    }

    [Fact]
    public async Task A_rule_that_bounces_returns_what_was_refused_for_now_with_a_final_status()
    {
        await using var exchanger = new ScriptedMailExchanger(static line =>
            line.StartsWith("RCPT", StringComparison.Ordinal) ? "450 4.2.1 mailbox disabled" : null);
        await using var harness = new DeliveryHarness(Options(Rule(ReplyAction.Bounce, "mailbox disabled")));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "smtp:hop");
        await harness.SubmitAsync("a@a.test", reversePath: string.Empty);
        RecordingQueue.Outcome outcome = (await harness.Queue.NextAsync()).Only;
        Assert.Equal((RecipientStatus.Bounced, 450, "5.2.1"), (outcome.Status, outcome.Code, outcome.Enhanced));
    }

    [Theory]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    [InlineData(ScriptedMailExchanger.EndOfData)]
    public async Task A_rule_for_the_next_host_has_the_mail_there_at_once_and_the_next_mail_too(string stage)
    {
        await using var first = new ScriptedMailExchanger(line =>
            line.StartsWith(stage, StringComparison.Ordinal) ? "451 4.3.0 this one is ill" : null);
        await using var second = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(Options(Rule(ReplyAction.NextHost, "ill")));
        harness.Routes["a.test"] = new Route(
            RouteKind.Smtp,
            "smtp:hop",
            [new NextHop("127.0.0.1", first.Port, false, 0), new NextHop("127.0.0.1", second.Port, false, 1)]);
        Assert.Equal(RecipientStatus.Delivered, (await harness.SendAsync("a@a.test b@a.test")).Outcomes[1].Status);
        Assert.Equal(2, Assert.Single(second.Mails).Recipients.Count);

        await harness.QuietAsync();
        harness.Time.Advance(TimeSpan.FromMinutes(1)); // the connection is idle for too long
        await harness.UntilAsync(static s => s is null or { Connections: 0 });
        Assert.Equal(RecipientStatus.Delivered, (await harness.SendAsync("c@a.test")).Only.Status);
        Assert.Equal(1, first.Connections); // known to be ill, it is tried last
        Assert.Empty(first.Mails);
    }

    [Fact]
    public async Task Where_there_is_no_next_host_the_mail_is_deferred()
    {
        await using var exchanger = new ScriptedMailExchanger(static line =>
            line.StartsWith("MAIL", StringComparison.Ordinal) ? "451 4.3.0 this one is ill" : null);
        await using var harness = new DeliveryHarness(Options(Rule(ReplyAction.NextHost, "ill")));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "smtp:hop");
        Assert.Equal(
            (RecipientStatus.Deferred, 451),
            (await harness.SendAsync("a@a.test")).Only is var o ? (o.Status, o.Code) : default);
    }

    [Fact]
    public async Task A_slowed_destination_gets_mail_at_half_its_rate_until_somebody_flushes()
    {
        int asked = 0;
        await using var exchanger = new ScriptedMailExchanger(line =>
            line == ScriptedMailExchanger.EndOfData && Interlocked.Increment(ref asked) == 21
                ? "450 4.7.0 slow down"
                : null);
        await using var harness = new DeliveryHarness(Options() with { Connections = 1 });
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "smtp:hop");
        for (int i = 0; i < 20; i++)
        {
            await harness.SendAsync($"user{i}@a.test");
            harness.Time.Advance(TimeSpan.FromMilliseconds(500));
        }

        await harness.SendAsync("refused@a.test");
        DestinationSummary summary = harness.Service.SummarizeDestinations().Single();
        Assert.InRange(summary.Pace, 0.7, 1.1); // two a second before
        Assert.StartsWith("slowed down to ", summary.Rates, StringComparison.Ordinal);
        await harness.SubmitAsync("one@a.test");
        await harness.SubmitAsync("two@a.test");
        await harness.UntilAsync(static s => s is { Parked: >= 1, RateWaitUntil: not null });

        harness.Service.Unblock("smtp:hop");
        Assert.Equal(0, harness.Service.SummarizeDestinations().Single().Pace);
        await exchanger.WhenAsync(static e => e.Mails.Count == 22);
    }

    private static Draft Options(params ReplyRule[] rules) => new(rules);

    private static ReplyRule Rule(ReplyAction action, string text) => new()
    {
        Patterns = [DestinationPattern.All],
        Origin = "the test's rule",
        Action = action,
        Text = text,
    };

    private sealed record Draft(IReadOnlyList<ReplyRule> Rules)
    {
        public int Connections { get; init; } = 20;

        public static implicit operator DeliveryOptions(Draft draft) => new()
        {
            HostName = "relay.test",
            ConnectionsPerDestinationMax = draft.Connections,
            ReplyRules = draft.Rules,
        };
    }
}
