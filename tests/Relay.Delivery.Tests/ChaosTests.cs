using System.Collections.Concurrent;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests;

/// <summary>
/// Servers that fail at random: every recipient ends delivered or refused, is delivered where the relay says so, and is
/// delivered more than once only if a connection was lost behind a final dot.
/// </summary>
public sealed class ChaosTests
{
    private const int Messages = 300;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public async Task No_recipient_is_lost_whatever_the_servers_do(int seed, bool pipelineTransactions)
    {
        var random = new Random(seed);
        int lostReplies = 0;
        string? Script(string step)
        {
            int dice;
            lock (random)
            {
                dice = random.Next(1000);
            }

            bool content = step.StartsWith(EndOfData, StringComparison.Ordinal);
            if (content && dice < 40)
            {
                Interlocked.Increment(ref lostReplies);
            }

            return dice switch
            {
                < 20 when !content => Cut,
                < 40 when !content => "421 4.3.2 closing<then cut>",
                < 20 when content => "250 2.0.0 Taken<lost>",
                < 60 => "451 4.3.0 later",
                < 70 when step.StartsWith("RCPT", StringComparison.Ordinal) => "550 5.1.1 unknown",
                < 90 when step.StartsWith("RCPT", StringComparison.Ordinal) => "452 4.5.3 too many",
                _ => null,
            };
        }

        await using var one = new ScriptedMailExchanger(Script);
        await using var two = new ScriptedMailExchanger(Script);
        await using var lmtp = new ScriptedMailExchanger(Script);
        await using var harness = new DeliveryHarness(new DeliveryOptions
        {
            HostName = "relay.test",
            PipelineTransactions = pipelineTransactions,
            ConnectionsPerDestinationMax = 4,
            Retry = new RetryOptions { Maximum = TimeSpan.FromMinutes(10), Lifetime = TimeSpan.FromDays(100) },
        });
        harness.Routes["one.test"] = TestRoutes.To(one.Port);
        harness.Routes["two.test"] = TestRoutes.To(two.Port);
        harness.Routes["lmtp.test"] = TestRoutes.To(lmtp.Port, RouteKind.Lmtp);
        var recipients = new ConcurrentDictionary<QueueId, string[]>();
        var outcomes = new Dictionary<string, RecipientStatus>();
        for (int i = 0; i < Messages; i++)
        {
            string[] names =
                [$"a{i}@one.test", $"b{i}@one.test", $"c{i}@two.test", $"d{i}@lmtp.test", $"e{i}@lmtp.test"];
            QueueId id = await harness.SubmitAsync(string.Join(' ', names), reversePath: string.Empty);
            recipients[id] = names;
        }

        await RunAsync(harness, recipients, outcomes);

        List<string> arrived = [.. new[] { one, two, lmtp }.SelectMany(static e => e.Mails)
            .SelectMany(static m => m.Recipients).Select(static r => r["RCPT TO:<".Length..r.IndexOf('>')])];
        Assert.Equal(0, harness.Queue.Statistics.Messages);
        Assert.All(outcomes, o => Assert.True(o.Value != RecipientStatus.Delivered || arrived.Contains(o.Key)));
        int duplicates = arrived.Count - arrived.Distinct().Count();
        Assert.InRange(duplicates, 0, lostReplies * 5);
    }

    private static async Task RunAsync(
        DeliveryHarness harness,
        ConcurrentDictionary<QueueId, string[]> recipients,
        Dictionary<string, RecipientStatus> outcomes)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (outcomes.Count < Messages * 5)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await harness.QuietAsync(); // or the clock would overtake the servers
            harness.Time.Advance(TimeSpan.FromSeconds(5));
            while (harness.Queue.TryNext(out RecordingQueue.Completion? completion))
            {
                foreach (RecordingQueue.Outcome outcome in completion!.Outcomes)
                {
                    if (outcome.Status > RecipientStatus.Deferred)
                    {
                        // Terminal once only.
                        outcomes.Add(recipients[completion.Id][outcome.Ordinal], outcome.Status);
                    }
                }
            }

            await Task.Yield();
        }
    }
}
