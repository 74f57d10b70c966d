using System.Threading.Channels;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests;

/// <summary>New options count at once for next hops that are known, over the connections that are up.</summary>
public sealed class ReloadTests
{
    [Fact]
    public async Task Chunking_that_is_switched_counts_for_the_next_message_on_the_same_connection()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(Options(chunking: false));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SendAsync("one@a.test");
        harness.Service.Reload(Options(chunking: true));
        await harness.SendAsync("two@a.test");
        harness.Service.Reload(Options(chunking: false));
        await harness.SendAsync("three@a.test");

        Assert.Equal(1, exchanger.Connections);
        Assert.Equal(
            ["DATA", "BDAT", "DATA"],
            exchanger.Lines.Select(static l => l[3..7]).Where(static verb => verb is "DATA" or "BDAT"));
    }

    [Fact]
    public async Task What_a_next_hop_was_found_not_to_do_stays_known_over_a_reload()
    {
        await using var exchanger = new ScriptedMailExchanger(static line =>
            line.StartsWith("BDAT", StringComparison.Ordinal) ? "502 5.5.1 what<then cut>" : null);
        await using var harness = new DeliveryHarness(Options(chunking: true));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SendAsync("one@a.test");
        harness.Service.Reload(Options(chunking: true));
        await harness.SendAsync("two@a.test");
        Assert.Equal(2, exchanger.Mails.Count);
        Assert.Single(exchanger.Lines, static l => l.Contains("BDAT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pipelining_of_transactions_that_is_switched_counts_for_the_next_message(bool pipelines)
    {
        using var release = new SemaphoreSlim(0);
        await using var exchanger = new ScriptedMailExchanger(line =>
        {
            if (line.Contains("<first@a.test>", StringComparison.Ordinal))
            {
                release.Wait();
            }

            return null;
        });
        await using var harness = new DeliveryHarness(Options(pipelining: !pipelines));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SendAsync("known@a.test");
        harness.Service.Reload(Options(pipelining: pipelines));
        await harness.SubmitAsync("first@a.test");
        await harness.SubmitAsync("second@a.test");
        await harness.SubmitAsync("third@a.test"); // in line before the first is answered
        release.Release();
        await exchanger.WhenAsync(static e => e.Mails.Count == 4);
        Assert.Equal(pipelines, exchanger.DotsWithMore > 0);
        Assert.Equal(1, exchanger.Connections);
    }

    [Fact]
    public async Task The_pause_of_a_known_next_hop_follows_the_new_options()
    {
        await using var exchanger = new ScriptedMailExchanger(static line => line == Connected ? "421 4.3.2 down" : null);
        await using var harness = new DeliveryHarness(new DeliveryOptions
        {
            HostName = "relay.test",
            BackoffInitial = TimeSpan.FromSeconds(10),
        });
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SendAsync("one@a.test");
        harness.Service.Reload(new DeliveryOptions
        {
            HostName = "relay.test",
            BackoffInitial = TimeSpan.FromHours(10),
            BackoffMaximum = TimeSpan.FromHours(100),
        });
        await harness.SendAsync("two@a.test");
        Assert.True(Assert.Single(harness.Service.SummarizeDestinations()).BlockedUntil
            > harness.Time.GetUtcNow() + TimeSpan.FromHours(8));
    }

    [Fact]
    public async Task An_observer_hears_of_each_attempt_what_became_of_its_recipients()
    {
        await using var exchanger = new ScriptedMailExchanger(static line =>
            line.StartsWith("RCPT TO:<late", StringComparison.Ordinal) ? "451 4.7.1 later"
            : line.StartsWith("RCPT TO:<bad", StringComparison.Ordinal) ? "550 5.1.1 no" : null);
        await using var harness = new DeliveryHarness(Options());
        var observer = new Attempts();
        harness.Service.Attempts = observer;
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SendAsync("good@a.test");
        Assert.Matches(
            @"^1 of .*: 1 delivered, 0 deferred, 0 failed, \[127\.0\.0\.1\], 250 .*, last True$", await observer.NextAsync());
        await harness.SendAsync("good@a.test late@a.test");
        Assert.Matches(
            @"^1 of .*: 1 delivered, 1 deferred, 0 failed, \[127\.0\.0\.1\], 451 4\.7\.1 later, last False$",
            await observer.NextAsync());
    }

    private static DeliveryOptions Options(bool chunking = false, bool pipelining = false) => new()
    {
        HostName = "relay.test",
        UseChunking = chunking,
        PipelineTransactions = pipelining,
        ConnectionsPerDestinationMax = 1,
    };

    private sealed class Attempts : IAttemptObserver
    {
        private readonly Channel<string> _heard = Channel.CreateUnbounded<string>();

        public Task<string> NextAsync() => _heard.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));

        public void OnAttempt(scoped in AttemptSummary attempt) => _heard.Writer.TryWrite(
            $"{attempt.Earlier + 1} of {System.Text.Encoding.UTF8.GetString(attempt.Destination)}: {attempt.Delivered} "
            + $"delivered, {attempt.Deferred} deferred, {attempt.Failed} failed, "
            + $"{System.Text.Encoding.UTF8.GetString(attempt.Peer)}, "
            + $"{System.Text.Encoding.UTF8.GetString(attempt.Reply)}, last {attempt.IsLast}");
    }
}
