using Relay.Queue;
using Relay.Testing;

namespace Relay.Delivery.Tests;

/// <summary>
/// Many recipients: one transaction where the server takes them, several where it does not (RFC 5321 §4.5.3.1).
/// </summary>
public sealed class RecipientLimitTests
{
    [Theory]
    [InlineData(ScriptedMailExchanger.AllExtensions)]
    [InlineData("250 mx.test")]
    public async Task Thousand_recipients_go_in_one_transaction(string offer)
    {
        await using var exchanger = new ScriptedMailExchanger { Offer = offer };
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await harness.SubmitAsync(Recipients(1000));
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();

        Assert.Equal(1000, completion.Outcomes.Count(static o => o.Status == RecipientStatus.Delivered));
        Assert.Equal(1000, Assert.Single(exchanger.Mails).Recipients.Count);
    }

    [Theory]
    [InlineData("452 4.5.3 Too many recipients", 3)]
    [InlineData("452 Too many", 3)]
    [InlineData("552 5.5.3 Too many recipients", 3)]
    public async Task Recipients_above_the_servers_limit_follow_in_further_transactions(string reply, int mails)
    {
        int inTransaction = 0;
        string? Script(string line)
        {
            inTransaction = line.StartsWith("MAIL", StringComparison.Ordinal) ? 0
                : line.StartsWith("RCPT", StringComparison.Ordinal) ? inTransaction + 1 : inTransaction;
            return line.StartsWith("RCPT", StringComparison.Ordinal) && inTransaction > 100 ? reply : null;
        }

        await using var exchanger = new ScriptedMailExchanger(Script);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await harness.SubmitAsync(Recipients(250));
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();

        Assert.All(completion.Outcomes, static o => Assert.Equal(RecipientStatus.Delivered, o.Status));
        Assert.Equal(mails, exchanger.Mails.Count);
        Assert.Equal(250, exchanger.Mails.SelectMany(static m => m.Recipients).Distinct().Count());
        Assert.Equal(1, exchanger.Connections);
    }

    [Fact]
    public async Task Own_limit_splits_as_well()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(
            new DeliveryOptions { HostName = "relay.test", RecipientsPerTransactionMax = 2 });
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await harness.SubmitAsync(Recipients(5));
        await harness.Queue.NextAsync();
        Assert.Equal([2, 2, 1], exchanger.Mails.Select(static m => m.Recipients.Count));
    }

    [Fact]
    public async Task Server_that_takes_no_recipient_is_not_asked_for_ever()
    {
        await using var exchanger = new ScriptedMailExchanger(static line =>
            line.StartsWith("RCPT", StringComparison.Ordinal) ? "452 4.5.3 Too many recipients" : null);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await harness.SubmitAsync(Recipients(3));
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();
        Assert.All(completion.Outcomes, static o => Assert.Equal(RecipientStatus.Deferred, o.Status));
    }

    [Fact]
    public async Task Session_that_breaks_in_the_second_transaction_keeps_what_the_first_delivered()
    {
        int contents = 0;
        await using var exchanger = new ScriptedMailExchanger(line =>
            line == ScriptedMailExchanger.EndOfData && ++contents == 2 ? ScriptedMailExchanger.Cut : null);
        await using var harness = new DeliveryHarness(
            new DeliveryOptions { HostName = "relay.test", RecipientsPerTransactionMax = 1 });
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await harness.SubmitAsync(Recipients(3));
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();
        Assert.Equal(
            [RecipientStatus.Delivered, RecipientStatus.Deferred, RecipientStatus.Delivered],
            completion.Outcomes.Select(static o => o.Status));
    }

    private static string Recipients(int count) =>
        string.Join(' ', Enumerable.Range(0, count).Select(static i => $"user{i}@a.test"));
}
