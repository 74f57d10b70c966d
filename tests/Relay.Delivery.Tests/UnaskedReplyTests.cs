using Relay.Queue;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests;

/// <summary>
/// A server that sends one reply too many: it is never taken for the reply to what comes next (RFC 5321 §4.2: one reply
/// to each command).
/// </summary>
public sealed class UnaskedReplyTests
{
    private const string Plain = "250 mx.test";
    private const string Pipelining = "250-mx.test\r\n250 PIPELINING";
    private const string Chunking = "250-mx.test\r\n250 CHUNKING";

    public static TheoryData<string, string> Surplus()
    {
        var data = new TheoryData<string, string>();
        foreach (string offer in (string[])[Plain, Pipelining, Chunking, AllExtensions])
        {
            foreach (string more in (string[])
                ["250 2.0.0 Taken again", "550 5.7.1 Spam", "421 4.3.2 Closing", "250-half a reply", "nonsense", ""])
            {
                data.Add(offer, more);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Surplus))]
    public async Task Behind_the_reply_to_a_message_it_ends_the_connection_and_the_next_message_goes_afresh(
        string offer, string more)
    {
        await using var exchanger = new ScriptedMailExchanger((connection, line) =>
            connection == 1 && line == EndOfData ? $"250 2.0.0 Taken\r\n{more}" : null)
        {
            Offer = offer,
        };
        await using var harness = new DeliveryHarness(OptionsFor(offer));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        for (int i = 0; i < 3; i++)
        {
            RecordingQueue.Completion completion = await harness.SendAsync("user@a.test");
            Assert.Equal((RecipientStatus.Delivered, "Taken"), (completion.Only.Status, completion.Only.Text));
        }

        Assert.Equal([1, 2, 2], exchanger.Mails.Select(static m => m.Connection));
        Assert.Single(exchanger.Lines, static l => l.StartsWith("1: MAIL", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("RCPT", Plain)]
    [InlineData("RCPT", Chunking)]
    [InlineData("RCPT", AllExtensions)]
    [InlineData("DATA", Plain)]
    [InlineData("DATA", Pipelining)]
    public async Task Before_the_content_it_is_not_taken_for_the_answer_and_the_message_goes_again_step_by_step(
        string verb, string offer)
    {
        await using var exchanger = new ScriptedMailExchanger(line =>
            !line.StartsWith(verb, StringComparison.Ordinal) ? null
            : (verb == "RCPT" ? "250 2.1.5 Recipient ok" : "354 Go ahead") + "\r\n250 2.0.0 Taken already")
        {
            Offer = offer,
        };
        await using var harness = new DeliveryHarness(OptionsFor(offer));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        RecordingQueue.Completion completion = await harness.SendAsync("user@a.test");
        Assert.Equal(RecipientStatus.Delivered, completion.Only.Status);
        Assert.Equal(2, Assert.Single(exchanger.Mails).Connection);
        Assert.DoesNotContain(exchanger.Lines, static l => l.Contains("BDAT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("550 5.7.1 Spam", Pipelining)]
    [InlineData("550 5.7.1 Spam", AllExtensions)]
    [InlineData("451 4.7.1 Greylisted", Pipelining)]
    [InlineData("250 2.0.0 Taken again", Pipelining)]
    [InlineData("250 2.0.0 Taken again", AllExtensions)]
    public async Task That_comes_behind_the_next_MAIL_is_not_taken_for_its_reply_and_the_message_goes_afresh(
        string surplus, string offer)
    {
        int mails = 0;
        await using var exchanger = new ScriptedMailExchanger(line =>
            line.StartsWith("MAIL", StringComparison.Ordinal) && Interlocked.Increment(ref mails) == 2
                ? $"{surplus}\r\n250 2.1.0 Sender ok"
                : null)
        {
            Offer = offer,
        };
        await using DeliveryHarness harness = Start(exchanger, offer);
        for (int i = 0; i < 3; i++)
        {
            await harness.SubmitAsync("user@a.test", reversePath: string.Empty);
            Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        }

        Assert.Equal([1, 2, 2], exchanger.Mails.Select(static m => m.Connection));
    }

    [Fact]
    public async Task A_refusal_that_is_followed_by_one_reply_more_than_there_were_commands_is_asked_for_again()
    {
        int mails = 0;
        await using var exchanger = new ScriptedMailExchanger(line =>
            line.StartsWith("MAIL", StringComparison.Ordinal) && Interlocked.Increment(ref mails) == 2
                ? "550 5.7.1 Spam\r\n451 4.7.1 Greylisted" // then 503 to RCPT, 503 to DATA
                : null)
        {
            Offer = Pipelining,
        };
        await using DeliveryHarness harness = Start(exchanger, Pipelining);
        for (int i = 0; i < 2; i++)
        {
            await harness.SubmitAsync("user@a.test", reversePath: string.Empty);
            Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        }

        Assert.Equal([1, 2], exchanger.Mails.Select(static m => m.Connection));
    }

    [Fact]
    public async Task The_refusal_of_one_recipient_does_not_bounce_another_when_the_replies_are_out_of_step()
    {
        int mails = 0;
        await using var exchanger = new ScriptedMailExchanger(line =>
            line.StartsWith("RCPT TO:<gone@", StringComparison.Ordinal) ? "550 5.1.1 Unknown"
            : line.StartsWith("MAIL", StringComparison.Ordinal) && Interlocked.Increment(ref mails) == 2
                ? "250 2.0.0 Taken again\r\n250 2.1.0 Sender ok"
                : null)
        {
            Offer = Pipelining,
        };
        await using DeliveryHarness harness = Start(exchanger, Pipelining);
        await harness.SendAsync("user@a.test");
        await harness.SubmitAsync("gone@a.test user@a.test", reversePath: string.Empty);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();
        Assert.Equal(
            [(0, RecipientStatus.Bounced), (1, RecipientStatus.Delivered)],
            completion.Outcomes.Select(static o => (o.Ordinal, o.Status)));
        Assert.Equal(2, exchanger.Connections);
    }

    [Fact]
    public async Task From_a_server_that_is_always_out_of_step_nothing_bounces()
    {
        await using var exchanger = new ScriptedMailExchanger(static line =>
            line.StartsWith("MAIL", StringComparison.Ordinal) ? "550 5.7.1 Spam\r\n250 2.1.0 Sender ok" : null)
        {
            Offer = Pipelining,
        };
        await using DeliveryHarness harness = Start(exchanger, Pipelining);
        await harness.SubmitAsync("user@a.test", reversePath: string.Empty);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();
        Assert.Equal(
            (RecipientStatus.Deferred, "4.5.0", "Protocol error by [127.0.0.1] while sending MAIL"),
            (completion.Only.Status, completion.Only.Enhanced, completion.Only.Text));
    }

    [Theory]
    [InlineData(1, RecipientStatus.Delivered)]
    [InlineData(9, RecipientStatus.Bounced)]
    public async Task Without_pipelining_a_refusal_of_MAIL_on_a_used_connection_is_asked_for_again_on_a_new_one(
        int refusals, RecipientStatus status)
    {
        int mails = 0;
        await using var exchanger = new ScriptedMailExchanger(line =>
            line.StartsWith("MAIL", StringComparison.Ordinal)
            && Interlocked.Increment(ref mails) is > 1 and var number && number <= refusals + 1
                ? "550 5.7.1 Spam"
                : null)
        {
            Offer = Plain,
        };
        await using DeliveryHarness harness = Start(exchanger, Plain);
        await harness.SendAsync("user@a.test");
        await harness.SubmitAsync("user@a.test", reversePath: string.Empty);
        Assert.Equal(status, (await harness.Queue.NextAsync()).Only.Status);
        Assert.Equal((2, 3), (exchanger.Connections, mails));
    }

    [Fact]
    public async Task Among_commands_behind_the_dot_it_bounces_nobody()
    {
        using var submitted = new ManualResetEventSlim();
        int mails = 0;
        await using var exchanger = new ScriptedMailExchanger(line =>
        {
            submitted.Wait(TimeSpan.FromSeconds(60));
            return line.StartsWith("MAIL", StringComparison.Ordinal) && Interlocked.Increment(ref mails) == 2
                ? "550 5.7.1 Spam\r\n250 2.1.0 Sender ok"
                : null;
        });
        await using DeliveryHarness harness = Start(exchanger, Pipelining);
        for (int i = 0; i < 4; i++)
        {
            await harness.SubmitAsync("user@a.test", reversePath: string.Empty);
        }

        submitted.Set();
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        }

        Assert.Equal((2, 4), (exchanger.Connections, exchanger.Mails.Count));
        Assert.True(exchanger.DotsWithMore > 0);
    }

    private static DeliveryHarness Start(ScriptedMailExchanger exchanger, string offer)
    {
        var harness = new DeliveryHarness(OptionsFor(offer));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        return harness;
    }

    private static DeliveryOptions OptionsFor(string offer) => new()
    {
        HostName = "relay.test",
        ConnectionsPerDestinationMax = 1,
        UseChunking = offer.Contains("CHUNKING", StringComparison.Ordinal),
    };
}
