using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests;

/// <summary>
/// The next message's commands behind the final dot (RFC 2920 §3.1): outcomes stay with their messages.
/// </summary>
public sealed class PipelinedTransactionTests
{
    private static readonly DeliveryOptions _pipelined = new()
    {
        HostName = "relay.test",
        PipelineTransactions = true,
        ConnectionsPerDestinationMax = 1,
        RecipientsPerTransactionMax = 50,
    };

    [Theory]
    [InlineData("MAIL", "451 4.7.1 later", RecipientStatus.Deferred)]
    [InlineData("MAIL", "550 5.7.1 no", RecipientStatus.Bounced)]
    [InlineData("MAIL", Cut, RecipientStatus.Delivered)]
    [InlineData("MAIL", "421 4.3.2 closing<then cut>", RecipientStatus.Delivered)]
    [InlineData("RCPT", "550 5.1.1 no", RecipientStatus.Bounced)]
    [InlineData("RCPT", Cut, RecipientStatus.Delivered)]
    [InlineData("DATA", "451 4.3.0 later", RecipientStatus.Deferred)]
    [InlineData("DATA", Cut, RecipientStatus.Delivered)]
    [InlineData(EndOfData, "451 4.3.0 later", RecipientStatus.Deferred)]
    [InlineData(EndOfData, "550 5.6.0 no", RecipientStatus.Bounced)]
    [InlineData(EndOfData, Cut, RecipientStatus.Deferred)]
    public async Task Failure_of_one_message_is_its_own(string stage, string reply, RecipientStatus status)
    {
        int count = 0;
        string? Script(string line) =>
            line.StartsWith(stage, StringComparison.Ordinal) && Interlocked.Increment(ref count) == 6 ? reply : null;
        await using var exchanger = new ScriptedMailExchanger(Script);
        await using var harness = new DeliveryHarness(_pipelined);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        var sent = new Dictionary<QueueId, string>();
        for (int i = 0; i < 20; i++)
        {
            QueueId id = await harness.SubmitAsync($"user{i}@a.test", reversePath: string.Empty);
            sent.Add(id, $"RCPT TO:<user{i}@a.test>");
        }

        int others = 0;
        for (int i = 0; i < 20; i++)
        {
            RecordingQueue.Completion completion = await harness.Queue.NextAsync();
            others += completion.Only.Status == RecipientStatus.Delivered ? 0 : 1;
            bool arrived = exchanger.Mails.Any(m => m.Recipients.Contains(sent[completion.Id]));
            Assert.Equal(arrived, completion.Only.Status == RecipientStatus.Delivered);
            Assert.True(completion.Only.Status == RecipientStatus.Delivered || completion.Only.Status == status);
        }

        Assert.Equal(status == RecipientStatus.Delivered ? 0 : 1, others);
        Assert.Equal(20 - others, exchanger.Mails.Count);
    }

    [Fact]
    public async Task Message_that_the_next_hop_cannot_take_bounces_in_the_middle_of_the_pipeline()
    {
        await using var exchanger = new ScriptedMailExchanger
        {
            Offer = "250-mx.test\r\n250-SIZE 1000\r\n250 PIPELINING",
        };
        await using var harness = new DeliveryHarness(_pipelined);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        for (int i = 0; i < 9; i++)
        {
            string content = i == 4 ? new string('x', 2000) + "\r\n" : "x\r\n";
            await harness.SubmitAsync($"user{i}@a.test", content, string.Empty);
        }

        var statuses = new List<RecipientStatus>();
        for (int i = 0; i < 9; i++)
        {
            statuses.Add((await harness.Queue.NextAsync()).Only.Status);
        }

        Assert.Equal(8, statuses.Count(static s => s == RecipientStatus.Delivered));
        Assert.Single(statuses, RecipientStatus.Bounced);
        Assert.Equal(1, exchanger.Connections);
    }

    [Fact]
    public async Task Next_hop_that_loses_what_comes_with_the_final_dot_gets_one_message_at_a_time()
    {
        using var submitted = new ManualResetEventSlim();
        int mails = 0;
        string? Script(string line)
        {
            submitted.Wait(TimeSpan.FromSeconds(60));
            return line.StartsWith("MAIL", StringComparison.Ordinal) && Interlocked.Increment(ref mails) == 2 ? Cut : null;
        }

        await using var exchanger = new ScriptedMailExchanger(Script);
        await DeliverAsync(exchanger, TestRoutes.To(exchanger.Port), submitted);
        Assert.Equal(1, exchanger.DotsWithMore);
    }

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public async Task Only_hosts_that_the_administrator_named_get_commands_behind_the_dot(
        bool isMxRoute, bool isLiteral, bool pipelined)
    {
        using var submitted = new ManualResetEventSlim();
        await using var exchanger = new ScriptedMailExchanger(_ =>
        {
            submitted.Wait(TimeSpan.FromSeconds(60));
            return null;
        });
        Route route = TestRoutes.To(exchanger.Port) with { IsMxRoute = isMxRoute, IsLiteral = isLiteral };
        await DeliverAsync(exchanger, route, submitted);
        Assert.Equal(pipelined, exchanger.DotsWithMore > 0);
    }

    /// <summary>Ten messages that all wait when the next hop says its first word, and all arrive.</summary>
    private static async Task DeliverAsync(
        ScriptedMailExchanger exchanger, Route route, ManualResetEventSlim submitted)
    {
        await using var harness = new DeliveryHarness(_pipelined);
        harness.Routes["a.test"] = route;
        for (int i = 0; i < 10; i++)
        {
            await harness.SubmitAsync($"user{i}@a.test");
        }

        submitted.Set();
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        }

        Assert.Equal(10, exchanger.Mails.Count);
    }

    [Fact]
    public async Task Many_recipients_behind_a_dot_arrive_as_well()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(_pipelined);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        string recipients = string.Join(' ', Enumerable.Range(0, 700).Select(static i => $"user{i}@a.test"));
        for (int i = 0; i < 6; i++)
        {
            await harness.SubmitAsync(i % 2 == 0 ? "one@a.test" : recipients);
        }

        for (int i = 0; i < 6; i++)
        {
            RecordingQueue.Completion completion = await harness.Queue.NextAsync();
            Assert.All(completion.Outcomes, static o => Assert.Equal(RecipientStatus.Delivered, o.Status));
        }

        Assert.Equal(3 + (3 * 14), exchanger.Mails.Count);
    }
}
