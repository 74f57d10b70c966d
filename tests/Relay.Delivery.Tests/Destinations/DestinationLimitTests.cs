using System.Net;
using Relay.Delivery.Rules;
using Relay.Queue;
using Relay.Testing;

namespace Relay.Delivery.Tests.Destinations;

/// <summary>Each limit that a rule sets is kept on the wire, and a changed one counts at once.</summary>
public sealed class DestinationLimitTests
{
    [Fact]
    public async Task Connections_and_messages_under_way_stay_within_the_rule()
    {
        using var gate = new ManualResetEventSlim();
        await using var exchanger = new ScriptedMailExchanger(line =>
        {
            if (line == ScriptedMailExchanger.EndOfData)
            {
                gate.Wait(TimeSpan.FromSeconds(60));
            }

            return null;
        });
        await using var harness = new DeliveryHarness(Options(new() { Connections = 2 }));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "smtp:hop");
        harness.Routes["b.test"] = TestRoutes.To(exchanger.Port, name: "smtp:other");
        for (int i = 0; i < 20; i++)
        {
            await harness.SubmitAsync($"user{i}@a.test");
        }

        // The first connection must succeed before there is a second one; both then wait behind the final dot.
        await exchanger.WhenAsync(static e => e.ContentsReceived == 1);
        Assert.Equal(2, harness.Service.SummarizeDestinations().Single().ConnectionLimit);
        await exchanger.WhenAsync(static e => e.ContentsReceived == 2);
        DestinationSummary summary = harness.Service.SummarizeDestinations().Single();
        Assert.Equal((2, 18), (summary.Active, summary.Parked));
        Assert.Equal("all 2 connections are busy", summary.Blocks);
        gate.Set();
        await exchanger.WhenAsync(static e => e.Mails.Count == 20);
        Assert.Equal(2, exchanger.Connections);
    }

    [Fact]
    public async Task A_connection_is_closed_after_as_many_messages_as_the_rule_says()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(
            Options(new() { Connections = 1, MessagesPerConnection = 3 }));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "smtp:hop");
        for (int i = 0; i < 9; i++)
        {
            await harness.SubmitAsync($"user{i}@a.test");
        }

        await exchanger.WhenAsync(static e => e.Mails.Count == 9);
        Assert.All(exchanger.Mails.CountBy(static m => m.Connection), static c => Assert.Equal(3, c.Value));
    }

    [Fact]
    public async Task Recipients_are_split_into_transactions_as_the_rule_says()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(Options(new() { RecipientsPerTransaction = 2 }));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "smtp:hop");
        RecordingQueue.Completion completion = await harness.SendAsync("a@a.test b@a.test c@a.test d@a.test e@a.test");
        Assert.All(completion.Outcomes, static o => Assert.Equal(RecipientStatus.Delivered, o.Status));
        Assert.Equal([2, 2, 1], exchanger.Mails.Select(static m => m.Recipients.Count));
    }

    [Fact]
    public async Task The_rate_of_messages_is_kept_and_what_waits_leaves_when_its_time_comes()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(Options(new() { Rates = [new(10, TimeSpan.FromMinutes(1))] }));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "smtp:hop");
        DateTimeOffset start = harness.Time.GetUtcNow();
        for (int i = 0; i < 4; i++)
        {
            await harness.SubmitAsync($"user{i}@a.test");
        }

        for (int sent = 1; sent <= 4; sent++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
            await harness.UntilAsync(s => s!.Active == 0 && (s.Parked == 0 || s.RateWaitUntil is not null));
            Assert.Equal(sent, exchanger.Mails.Count);
            if (sent < 4)
            {
                Assert.StartsWith(
                    "rate 10/min; the next message is at ",
                    harness.Service.SummarizeDestinations().Single().Blocks,
                    StringComparison.Ordinal);
                DateTimeOffset next = start + (sent * TimeSpan.FromSeconds(6));
                harness.Time.AdvanceTo(next - TimeSpan.FromMilliseconds(1));
                Assert.Equal(4 - sent, harness.Service.SummarizeDestinations().Single().Parked);
                harness.Time.AdvanceTo(next + TimeSpan.FromMilliseconds(2));
            }
        }
    }

    [Fact]
    public async Task Each_transaction_of_a_message_counts_for_the_rate()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(Options(new()
        {
            RecipientsPerTransaction = 1,
            Rates = [new(60, TimeSpan.FromMinutes(1))],
        }));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "smtp:hop");
        string many = string.Join(' ', Enumerable.Range(0, 8).Select(static i => $"user{i}@a.test"));
        await harness.SendAsync(many);
        await harness.SubmitAsync("last@a.test");
        await harness.UntilAsync(static s => s is { Parked: 1, RateWaitUntil: not null });
        Assert.Equal(8, exchanger.Mails.Count);
    }

    [Fact]
    public async Task The_rate_of_connections_is_kept()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(Options(new()
        {
            MessagesPerConnection = 1,
            ConnectRates = [new(1, TimeSpan.FromMinutes(1))],
        }));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "smtp:hop");
        await harness.SubmitAsync("one@a.test");
        await harness.SubmitAsync("two@a.test");
        await harness.Queue.NextAsync();
        await harness.UntilAsync(static s => s is { Connections: 0, Active: 0, Parked: 1 });
        harness.Time.Advance(TimeSpan.FromSeconds(58));
        Assert.Equal(1, exchanger.Connections);
        harness.Time.Advance(TimeSpan.FromSeconds(3));
        await exchanger.WhenAsync(static e => e.Mails.Count == 2);
        Assert.Equal(2, exchanger.Connections);
    }

    [Fact]
    public async Task Connections_come_from_the_pool_of_source_addresses()
    {
        await using var exchanger = new ScriptedMailExchanger();
        Assert.True(SourcePool.TryParse("127.0.0.3 1, 127.0.0.4 1", out SourcePool pool));
        await using var harness = new DeliveryHarness(
            Options(new() { MessagesPerConnection = 1, Sources = pool }));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "smtp:hop");
        for (int i = 0; i < 30; i++)
        {
            await harness.SendAsync($"user{i}@a.test");
        }

        // Both came to turn: that one of them did not has a chance of one in 500 million.
        Assert.Equal(
            [IPAddress.Parse("127.0.0.3"), IPAddress.Parse("127.0.0.4")],
            exchanger.Clients.Select(static c => c.Address).Distinct().OrderBy(static a => a.ToString()));
    }

    [Fact]
    public async Task A_pool_without_an_address_of_the_family_gives_no_connection()
    {
        await using var exchanger = new ScriptedMailExchanger();
        Assert.True(SourcePool.TryParse("2001:db8::1", out SourcePool pool));
        await using var harness = new DeliveryHarness(Options(new() { Sources = pool }));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "smtp:hop");
        RecordingQueue.Outcome outcome = (await harness.SendAsync("a@a.test")).Only;
        Assert.Equal(RecipientStatus.Deferred, outcome.Status);
        Assert.Equal(0, exchanger.Connections);
    }

    [Fact]
    public async Task A_reload_changes_the_limits_of_live_destinations_and_ends_what_the_program_suspended()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(Options(new() { Rates = [new(1, TimeSpan.FromHours(1))] }));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "smtp:hop");
        await harness.SendAsync("one@a.test");
        await harness.SubmitAsync("two@a.test");
        await harness.SubmitAsync("three@a.test");
        await harness.UntilAsync(static s => s is { Parked: 2, RateWaitUntil: not null });

        harness.Service.Suspend("smtp:hop", "finding", TimeSpan.FromDays(1), isManual: false);
        harness.Service.Reload(Options(new() { Connections = 3, Rates = [] }));
        await exchanger.WhenAsync(static e => e.Mails.Count == 3);
        DestinationSummary summary = harness.Service.SummarizeDestinations().Single();
        Assert.Equal((3, string.Empty), (summary.ConnectionLimit, summary.Rates));
        Assert.Null(summary.Suspension);
    }

    private static DeliveryOptions Options(RuleDraft draft)
    {
        Assert.True(DestinationPattern.TryParse("hop", out DestinationPattern pattern));
        return new DeliveryOptions
        {
            HostName = "relay.test",
            PipelineTransactions = false, // whoever is under way is active, then, and all others are parked
            DestinationRules =
            [
                new DestinationRule
                {
                    Patterns = [pattern],
                    Origin = "test",
                    Connections = draft.Connections,
                    MessagesPerConnection = draft.MessagesPerConnection,
                    RecipientsPerTransaction = draft.RecipientsPerTransaction,
                    Rates = draft.Rates,
                    ConnectRates = draft.ConnectRates,
                    Sources = draft.Sources,
                },
            ],
        };
    }

    /// <summary>The limits of the one rule, for the destination <c>smtp:hop</c>.</summary>
    private sealed record RuleDraft
    {
        public int? Connections { get; init; }

        public int? MessagesPerConnection { get; init; }

        public int? RecipientsPerTransaction { get; init; }

        public IReadOnlyList<SendRate>? Rates { get; init; }

        public IReadOnlyList<SendRate>? ConnectRates { get; init; }

        public SourcePool? Sources { get; init; }
    }
}
