using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests;

/// <summary>Every failure at every stage of a session has its outcome (RFC 5321 §4.2.1, §4.5.4.1).</summary>
public sealed class FailureTests
{
    private static readonly ConcurrentBag<Socket> _closed = [];

    [Theory]
    [InlineData(Connected, "421 4.3.2 busy", RecipientStatus.Deferred, 421)]
    [InlineData(Connected, "450 not now", RecipientStatus.Deferred, 450)]
    [InlineData(Connected, "554 5.7.1 no service", RecipientStatus.Bounced, 554)]
    [InlineData(Connected, Cut, RecipientStatus.Deferred, 0)]
    [InlineData(Connected, "hello there", RecipientStatus.Deferred, 0)]
    [InlineData(Connected, "220-one\r\n221 two", RecipientStatus.Deferred, 0)]
    [InlineData("EHLO", "451 4.3.0 trouble", RecipientStatus.Deferred, 451)]
    [InlineData("EHLO", Cut, RecipientStatus.Deferred, 0)]
    [InlineData("MAIL", "451 4.7.1 greylisted", RecipientStatus.Deferred, 451)]
    [InlineData("MAIL", "550 5.7.1 go away", RecipientStatus.Bounced, 550)]
    [InlineData("MAIL", "421 4.3.2 closing<then cut>", RecipientStatus.Deferred, 421)]
    [InlineData("MAIL", Cut, RecipientStatus.Deferred, 0)]
    [InlineData("MAIL", "2500 what", RecipientStatus.Deferred, 0)]
    [InlineData("RCPT", "450 4.2.1 later", RecipientStatus.Deferred, 450)]
    [InlineData("RCPT", "550 5.1.1 unknown", RecipientStatus.Bounced, 550)]
    [InlineData("RCPT", "421 4.3.2 closing<then cut>", RecipientStatus.Deferred, 421)]
    [InlineData("RCPT", Cut, RecipientStatus.Deferred, 0)]
    [InlineData("DATA", "451 4.3.0 trouble", RecipientStatus.Deferred, 451)]
    [InlineData("DATA", "554 5.5.0 no", RecipientStatus.Bounced, 554)]
    [InlineData("DATA", Cut, RecipientStatus.Deferred, 0)]
    [InlineData(EndOfData, "452 4.3.1 full", RecipientStatus.Deferred, 452)]
    [InlineData(EndOfData, "550 5.6.0 refused", RecipientStatus.Bounced, 550)]
    [InlineData(EndOfData, "354 more", RecipientStatus.Deferred, 0)]
    [InlineData(EndOfData, "421 4.3.2 closing<then cut>", RecipientStatus.Deferred, 421)]
    [InlineData(EndOfData, Cut, RecipientStatus.Deferred, 0)]
    public async Task Failure_at_a_stage_has_its_outcome(string stage, string reply, RecipientStatus status, int code)
    {
        foreach (string offer in (string[])["250-mx.test\r\n250 PIPELINING", "250 mx.test"])
        {
            string? Script(string line) => line.StartsWith(stage, StringComparison.Ordinal) ? reply : null;
            await using var exchanger = new ScriptedMailExchanger(Script) { Offer = offer };
            await using var harness = new DeliveryHarness();
            harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

            await harness.SubmitAsync("user@a.test", reversePath: string.Empty);
            RecordingQueue.Completion completion = await harness.Queue.NextAsync();

            Assert.Equal((status, code), (completion.Only.Status, completion.Only.Code));
            Assert.NotEmpty(completion.Only.Text);
            Assert.Equal(status == RecipientStatus.Deferred ? 1 : 0, harness.Queue.Statistics.Messages);
            Assert.Empty(exchanger.Mails);
            Assert.Contains(
                harness.Log.Lines, l => l.StartsWith($"{status} to=<user@a.test>", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Refused_connection_defers_and_the_destination_pauses()
    {
        int port = ClosedPort();
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(port, name: "dead");

        RecordingQueue.Completion completion = await harness.SendAsync("user@a.test");

        Assert.Equal(RecipientStatus.Deferred, completion.Only.Status);
        Assert.Equal(("4.4.1", "Connection refused by [127.0.0.1]"), (completion.Only.Enhanced, completion.Only.Text));
        Assert.InRange(completion.NextAttempt - harness.Time.GetUtcNow(), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        DestinationSummary summary = Assert.Single(harness.Service.SummarizeDestinations());
        Assert.NotNull(summary.BlockedUntil);
        Assert.Equal("Connection refused by [127.0.0.1]", summary.LastReply);
    }

    [Fact]
    public async Task Network_without_a_way_to_the_host_is_told_in_the_systems_words()
    {
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = new Route(RouteKind.Smtp, "far", [new NextHop("255.255.255.255", 25, false, 0)]);

        RecordingQueue.Completion completion = await harness.SendAsync("user@a.test");

        Assert.Equal(
            (RecipientStatus.Deferred, "4.4.1", "Network is unreachable, connecting to [255.255.255.255]"),
            (completion.Only.Status, completion.Only.Enhanced, completion.Only.Text));
    }

    [Fact]
    public async Task Messages_for_a_paused_destination_wait_in_line_and_leave_when_it_is_back()
    {
        bool up = false;
        string? Script(string line) => line == Connected && !Volatile.Read(ref up) ? "421 4.3.2 down" : null;
        await using var exchanger = new ScriptedMailExchanger(Script);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SendAsync("first@a.test");

        for (int i = 0; i < 50; i++)
        {
            await harness.SubmitAsync($"user{i}@a.test");
        }

        Assert.Equal(50, Assert.Single(harness.Service.SummarizeDestinations()).Parked);
        Assert.Equal(51, harness.Log.Lines.Count(static l => l.StartsWith("Deferred to=<", StringComparison.Ordinal)));
        Assert.Equal(1, exchanger.Connections);
        Volatile.Write(ref up, true);
        harness.Time.Advance(TimeSpan.FromSeconds(3));
        await exchanger.WhenAsync(e => e.Mails.Count == 51);
    }

    [Fact]
    public async Task Refused_ehlo_falls_back_to_helo_without_extensions()
    {
        string? Script(string line) => line.StartsWith("EHLO", StringComparison.Ordinal) ? "502 5.5.1 what" : null;
        await using var exchanger = new ScriptedMailExchanger(Script);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        RecordingQueue.Completion completion = await harness.SendAsync("user@a.test");

        Assert.Equal(RecipientStatus.Delivered, completion.Only.Status);
        Assert.Equal(
            ["1: EHLO relay.test", "1: HELO relay.test", "1: MAIL FROM:<sender@client.test>"],
            exchanger.Lines.Take(3));
    }

    [Fact]
    public async Task No_data_is_sent_when_all_recipients_are_refused()
    {
        string? Script(string line) => line.StartsWith("RCPT", StringComparison.Ordinal) ? "550 5.1.1 no" : null;
        await using var exchanger = new ScriptedMailExchanger(Script) { Offer = "250 mx.test" };
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        RecordingQueue.Completion completion = await SendToTwoAsync(harness);

        Assert.All(completion.Outcomes, o => Assert.Equal(RecipientStatus.Bounced, o.Status));
        Assert.DoesNotContain(exchanger.Lines, static l => l.EndsWith("DATA", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Data_accepted_though_all_recipients_were_refused_is_ended_with_a_lone_dot()
    {
        bool refuse = true;
        string? Script(string line) =>
            line.StartsWith("RCPT", StringComparison.Ordinal) && Volatile.Read(ref refuse) ? "550 5.1.1 no"
            : line == EndOfData && Volatile.Read(ref refuse) ? "554 5.5.1 no valid recipients"
            : null;
        await using var exchanger = new ScriptedMailExchanger(Script);
        await using var harness = new DeliveryHarness(DeliveryHarness.OneConnection);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        RecordingQueue.Completion refused = await SendToTwoAsync(harness);
        Volatile.Write(ref refuse, false);
        RecordingQueue.Completion taken = await harness.SendAsync("user@a.test");

        Assert.All(refused.Outcomes, o => Assert.Equal((RecipientStatus.Bounced, "no"), (o.Status, o.Text)));
        Assert.Equal(RecipientStatus.Delivered, taken.Only.Status);
        Assert.Equal(1, exchanger.Connections);
        Assert.Single(exchanger.Mails);
    }

    [Fact]
    public async Task Each_recipient_has_its_own_outcome()
    {
        string? Script(string line) =>
            line.Contains("<no@", StringComparison.Ordinal) ? "550 5.1.1 unknown"
            : line.Contains("<full@", StringComparison.Ordinal) ? "452 4.2.2 mailbox full"
            : null;
        await using var exchanger = new ScriptedMailExchanger(Script);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await harness.SubmitAsync("a@a.test no@a.test full@a.test b@a.test", reversePath: string.Empty);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();

        Assert.Equal(
            [RecipientStatus.Delivered, RecipientStatus.Bounced, RecipientStatus.Deferred, RecipientStatus.Delivered],
            completion.Outcomes.Select(static o => o.Status));
        Assert.Equal(["RCPT TO:<a@a.test>", "RCPT TO:<b@a.test>"], Assert.Single(exchanger.Mails).Recipients);

        completion = await harness.AdvanceUntilAsync(harness.Queue.NextAsync());
        Assert.Equal((2, 452), (completion.Only.Ordinal, completion.Only.Code));
        Assert.Single(exchanger.Mails);
    }

    [Theory]
    [InlineData(Connected, "5")]
    [InlineData("EHLO", "5")]
    [InlineData("MAIL", "5")]
    [InlineData("RCPT", "5")]
    [InlineData("DATA", "2")]
    [InlineData(EndOfData, "10")]
    public async Task Silence_is_ended_by_the_phases_timeout(string stage, string minutes)
    {
        string? Script(string line) => line.StartsWith(stage, StringComparison.Ordinal) ? Hang : null;
        await using var exchanger = new ScriptedMailExchanger(Script) { Offer = "250 mx.test" };
        var timeouts = new ClientTimeouts { Connect = TimeSpan.FromDays(1000) }; // it may still run as the clock moves
        await using var harness = new DeliveryHarness(
            new DeliveryOptions { HostName = "relay.test", Timeouts = timeouts });
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SubmitAsync("user@a.test");
        await exchanger.WhenAsync(e => stage switch
        {
            Connected => e.Connections == 1,
            EndOfData => e.ContentsReceived == 1,
            _ => e.Lines.Any(l => l.Contains(stage, StringComparison.Ordinal)),
        });

        TimeSpan timeout = TimeSpan.FromMinutes(int.Parse(minutes));
        harness.Time.Advance(timeout - TimeSpan.FromSeconds(2));
        Assert.False(harness.Queue.TryNext(out _));
        Task<RecordingQueue.Completion> next = harness.Queue.NextAsync();
        while (!next.IsCompleted)
        {
            // The wait for the greeting may have begun after the clock was moved.
            harness.Time.Advance(TimeSpan.FromSeconds(2));
            await Task.Yield();
        }

        RecordingQueue.Completion completion = await next;

        Assert.Equal(RecipientStatus.Deferred, completion.Only.Status);
        Assert.StartsWith("Timed out with [127.0.0.1] while", completion.Only.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Greeting_with_our_own_name_is_a_loop()
    {
        string? Script(string line) => line == Connected ? "220 Relay.Test ESMTP" : null;
        await using var exchanger = new ScriptedMailExchanger(Script);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);

        await harness.SubmitAsync("user@a.test", reversePath: string.Empty);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();

        Assert.Equal(
            (RecipientStatus.Bounced, 553, "5.3.5"),
            (completion.Only.Status, completion.Only.Code, completion.Only.Enhanced));
        Assert.Equal("relay.test config error: mail loops back to me (MX problem?)", completion.Only.Text);
    }

    [Fact]
    public async Task Damaged_message_is_given_back_and_the_next_one_goes()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        harness.Queue.FailNextOpen = true;

        RecordingQueue.Completion damaged = await harness.SendAsync("user@a.test");
        RecordingQueue.Completion sound = await harness.SendAsync("user@a.test");

        Assert.Empty(damaged.Outcomes);
        Assert.Equal(RecipientStatus.Delivered, sound.Only.Status);
    }

    private static async Task<RecordingQueue.Completion> SendToTwoAsync(DeliveryHarness harness)
    {
        await harness.SubmitAsync("one@a.test two@a.test", reversePath: string.Empty);
        return await harness.Queue.NextAsync();
    }

    /// <summary>A port where nobody listens, nor will: it is bound for as long as the tests run.</summary>
    internal static int ClosedPort()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _closed.Add(socket);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
