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
    public async Task Before_the_content_it_is_not_taken_for_the_answer_to_the_content(string verb, string offer)
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
        Assert.Equal(
            (RecipientStatus.Deferred, "4.5.0", "Protocol error by [127.0.0.1] while sending DATA"),
            (completion.Only.Status, completion.Only.Enhanced, completion.Only.Text));
        Assert.Empty(exchanger.Mails);
        Assert.DoesNotContain(exchanger.Lines, static l => l.Contains("BDAT", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Before_the_first_message_it_says_that_the_server_is_of_no_use_and_the_mail_waits()
    {
        await using var exchanger = new ScriptedMailExchanger(static line =>
            line.StartsWith("EHLO", StringComparison.Ordinal) ? $"{Plain}\r\n250 2.0.0 And more" : null);
        await using var harness = new DeliveryHarness(DeliveryHarness.OneConnection);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        RecordingQueue.Completion completion = await harness.SendAsync("user@a.test");
        Assert.Equal(
            (RecipientStatus.Deferred, "Protocol error by [127.0.0.1] while sending MAIL"),
            (completion.Only.Status, completion.Only.Text));
        Assert.Equal(1, exchanger.Connections);
    }

    private static DeliveryOptions OptionsFor(string offer) => new()
    {
        HostName = "relay.test",
        ConnectionsPerDestinationMax = 1,
        UseChunking = offer.Contains("CHUNKING", StringComparison.Ordinal),
    };
}
