using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests;

/// <summary>
/// A fault at each stage of the dialogue leaves every recipient with the outcome that is its own: what was answered for
/// good before the fault stays, nobody is lost and nobody gets another's outcome.
/// </summary>
public sealed class RecipientFailureTests
{
    private const string Ok = "<ok>";

    /// <summary>
    /// Three recipients: <c>ok</c> is accepted at RCPT, <c>no</c> is refused with 550, <c>full</c> with 452; then the
    /// fault. Outcomes in this order: <c>+</c> delivered, <c>-</c> bounced, <c>?</c> deferred.
    /// </summary>
    [Theory]
    [InlineData(Connected, Cut, "???")]
    [InlineData(Connected, "421 4.3.2 busy", "???")]
    [InlineData(Connected, "450 4.3.2 busy", "???")]
    [InlineData(Connected, "554 5.7.1 no service", "---")]
    [InlineData(Connected, "\u0001garbage", "???")]
    [InlineData("EHLO", Cut, "???")]
    [InlineData("EHLO", "421 4.3.2 busy<then cut>", "???")]
    [InlineData("EHLO", "garbage", "???")]
    [InlineData("MAIL", "451 4.3.0 trouble", "???")]
    [InlineData("MAIL", "550 5.7.1 not you", "---")]
    [InlineData("MAIL", "421 4.3.2 busy<then cut>", "???")]
    [InlineData("MAIL", Cut, "???")]
    [InlineData("MAIL", "garbage", "???")]
    [InlineData("RCPT TO:<ok@", Cut, "???")]
    [InlineData("RCPT TO:<no@", Cut, "???")]
    [InlineData("RCPT TO:<full@", Cut, "?-?")]
    [InlineData("RCPT TO:<full@", "421 4.3.2 busy<then cut>", "?-?")]
    [InlineData("RCPT TO:<full@", "garbage", "?-?")]
    [InlineData("DATA", "451 4.3.0 trouble", "?-?")]
    [InlineData("DATA", "554 5.5.0 no", "--?")]
    [InlineData("DATA", "421 4.3.2 busy<then cut>", "?-?")]
    [InlineData("DATA", Cut, "?-?")]
    [InlineData("DATA", "garbage", "?-?")]
    [InlineData(EndOfData, "452 4.3.1 no room", "?-?")]
    [InlineData(EndOfData, "554 5.6.0 not that", "--?")]
    [InlineData(EndOfData, "421 4.3.2 busy<then cut>", "?-?")]
    [InlineData(EndOfData, Cut, "?-?")]
    [InlineData(EndOfData, "garbage", "?-?")]
    [InlineData(EndOfData, Ok, "+-?")]
    [InlineData("QUIT", Cut, "+-?")]
    [InlineData("QUIT", "garbage", "+-?")]
    public async Task A_fault_leaves_each_recipient_with_its_own_outcome(string stage, string reply, string expected)
    {
        foreach (string offer in (string[])["250-mx.test\r\n250 PIPELINING", "250 mx.test"])
        {
            string? Script(string line) =>
                line.StartsWith(stage, StringComparison.Ordinal) && reply != Ok ? reply
                : line.StartsWith("RCPT TO:<no@", StringComparison.Ordinal) ? "550 5.1.1 unknown"
                : line.StartsWith("RCPT TO:<full@", StringComparison.Ordinal) ? "452 4.2.2 full"
                : null;
            await using var exchanger = new ScriptedMailExchanger(Script) { Offer = offer };
            await using var harness = new DeliveryHarness(
                new DeliveryOptions { HostName = "relay.test", MessagesPerConnectionMax = 1 });
            harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

            await harness.SubmitAsync("ok@a.test no@a.test full@a.test", reversePath: string.Empty);
            RecordingQueue.Completion completion = await harness.Queue.NextAsync();

            Assert.Equal(expected, Write(completion));
            Assert.All(completion.Outcomes, static o => Assert.True(o.Text.Length > 0 || o.Code == 250));
            Assert.Equal(expected.Contains('?') ? 1 : 0, harness.Queue.Statistics.Messages);
            Assert.Equal(expected[0] == '+' ? 1 : 0, exchanger.Mails.Count);
        }
    }

    [Theory]
    [InlineData("550 5.1.1 unknown", "451 4.2.0 later", "--?")]
    [InlineData("250 2.0.0 taken", Cut, "-+?")]
    [InlineData("250 2.0.0 taken", "550 5.2.2 full", "-+-")]
    [InlineData("451 4.2.0 later", "421 4.3.2 closing<then cut>", "-??")]
    public async Task Lmtp_gives_each_accepted_recipient_the_reply_that_is_its_own(
        string first, string second, string expected)
    {
        string? Script(string line) => line switch
        {
            "RCPT TO:<no@a.test>" => "550 5.1.1 unknown",
            EndOfData + " RCPT TO:<one@a.test>" => first,
            EndOfData + " RCPT TO:<two@a.test>" => second,
            _ => null,
        };
        await using var exchanger = new ScriptedMailExchanger(Script);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, RouteKind.Lmtp);
        await harness.SubmitAsync("no@a.test one@a.test two@a.test", reversePath: string.Empty);
        Assert.Equal(expected, Write(await harness.Queue.NextAsync()));
    }

    [Theory]
    [InlineData(Cut)]
    [InlineData("421 4.3.2 closing<then cut>")]
    [InlineData("garbage")]
    public async Task A_fault_at_reset_sends_the_next_message_over_a_new_connection(string reply)
    {
        string? Script(int connection, string line) =>
            line == "RSET" && connection == 1 ? reply
            : line == "RCPT TO:<no@a.test>" ? "550 5.1.1 unknown"
            : null;
        await using var exchanger = new ScriptedMailExchanger(Script) { Offer = "250 mx.test" };
        await using var harness = new DeliveryHarness(DeliveryHarness.OneConnection);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SubmitAsync("no@a.test", reversePath: string.Empty);
        Assert.Equal("-", Write(await harness.Queue.NextAsync()));

        await harness.SubmitAsync("ok@a.test", reversePath: string.Empty);
        Assert.Equal("+", Write(await harness.Queue.NextAsync()));
        Assert.Equal(2, exchanger.Connections);
        Assert.Contains("1: RSET", exchanger.Lines);
    }

    [Fact]
    public async Task Connections_refused_at_every_host_defer_each_recipient()
    {
        int port = FailureTests.ClosedPort();
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = new Route(
            RouteKind.Smtp,
            "hop",
            [new NextHop("127.0.0.1", port, false, 0), new NextHop("127.0.0.2", port, false, 1)]);
        await harness.SubmitAsync("one@a.test two@a.test three@a.test", reversePath: string.Empty);
        Assert.Equal("???", Write(await harness.Queue.NextAsync()));
    }

    private static string Write(RecordingQueue.Completion completion) => string.Concat(
        completion.Outcomes.OrderBy(static o => o.Ordinal).Select(static o => o.Status switch
        {
            RecipientStatus.Delivered => '+',
            RecipientStatus.Bounced => '-',
            RecipientStatus.Deferred => '?',
            _ => '!',
        }));
}
