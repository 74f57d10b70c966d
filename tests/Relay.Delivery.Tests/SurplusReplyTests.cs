using System.Text;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests;

/// <summary>
/// A server that sends a reply too many at one stage, each time: its mail goes again at once over a new connection, one
/// command at a time and one message on each, and arrives if what is too much is harmless. A refusal too many bounces
/// nobody, and an acceptance too many delivers nothing.
/// </summary>
public sealed class SurplusReplyTests
{
    private const string Plain = "250 mx.test";
    private const string Pipelining = "250-mx.test\r\n250 PIPELINING";
    private const string Accepting = "250 2.0.0 And more";
    private const string Refusing = "550 5.7.1 And more";

    private static readonly string[] _offers = [Plain, Pipelining, AllExtensions];

    /// <summary>At each stage, before and behind the reply that is asked for.</summary>
    public static TheoryData<string, string, bool> Stages { get; } = new(
        from stage in (string[])[Connected, "EHLO", "MAIL", "RCPT", "DATA", EndOfData]
        from offer in _offers
        from before in (bool[])[false, true]
        where !(before && stage == Connected) || offer == Plain
        select (stage, offer, before));

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Acceptance_too_many_at_a_stage_delivers_each_message_once(string stage, string offer, bool before)
    {
        string surplus = stage == Connected ? "220 mx.test again" : Accepting;
        await using var exchanger = new ScriptedMailExchanger(Surplus(stage, surplus, offer, before)) { Offer = offer };
        await using DeliveryHarness harness = Start(exchanger);
        for (int i = 1; i <= 3; i++)
        {
            RecordingQueue.Completion completion = await harness.SendAsync($"one{i}@a.test two{i}@a.test");
            Assert.Equal([RecipientStatus.Delivered, RecipientStatus.Delivered], Statuses(completion));
        }

        Assert.Equal(
            ["one1", "one2", "one3", "two1", "two2", "two3"],
            exchanger.Mails.SelectMany(static m => m.Recipients).Select(static r => r[9..13]).Order());
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Refusal_too_many_at_a_stage_bounces_nobody_and_loses_nothing(
        string stage, string offer, bool before)
    {
        await using var exchanger = new ScriptedMailExchanger(Surplus(stage, Refusing, offer, before))
        {
            Offer = offer,
        };
        await using DeliveryHarness harness = Start(exchanger);
        await harness.SubmitAsync("one@a.test two@a.test", reversePath: string.Empty);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();

        // Behind the end of data it comes when the message has its outcome; behind a refused EHLO there is HELO.
        RecipientStatus expected = stage == (before ? "EHLO" : EndOfData)
            ? RecipientStatus.Delivered
            : RecipientStatus.Deferred;
        Assert.Equal([expected, expected], Statuses(completion));
        Assert.Equal(expected == RecipientStatus.Deferred ? 1 : 0, harness.Queue.Statistics.Messages);
    }

    [Theory]
    [InlineData("MAIL", "550 5.7.1 Not you")]
    [InlineData("RCPT", "550 5.1.1 Unknown")]
    [InlineData("DATA", "554 5.5.1 Nobody")]
    [InlineData(EndOfData, "550 5.7.1 Spam")]
    [InlineData(EndOfData, "451 4.7.1 Later")]
    public async Task Message_is_not_taken_for_delivered_nor_bounced_by_a_server_that_accepts_twice_and_refuses(
        string stage, string refusal)
    {
        // 250 twice to what comes before, so that each refusal comes where another reply is waited for.
        await using var exchanger = new ScriptedMailExchanger(line =>
            line.StartsWith(stage, StringComparison.Ordinal) ? refusal
            : line.StartsWith("EHLO", StringComparison.Ordinal) ? Plain + "\r\n" + Plain
            : line.StartsWith("MAIL", StringComparison.Ordinal) ? $"250 2.1.0 Ok\r\n{Accepting}"
            : line.StartsWith("RCPT", StringComparison.Ordinal) ? $"250 2.1.5 Ok\r\n{Accepting}"
            : line == "DATA" ? $"354 Go ahead\r\n{Accepting}"
            : null);
        await using DeliveryHarness harness = Start(exchanger);
        await harness.SubmitAsync("one@a.test two@a.test", reversePath: string.Empty);
        Assert.Equal(
            [RecipientStatus.Deferred, RecipientStatus.Deferred], Statuses(await harness.Queue.NextAsync()));
        Assert.Empty(exchanger.Mails);
        Assert.Equal(1, harness.Queue.Statistics.Messages);
    }

    [Theory]
    [InlineData("MAIL", "550 5.7.1 Not you", RecipientStatus.Bounced)]
    [InlineData("RCPT", "550 5.1.1 Unknown", RecipientStatus.Bounced)]
    [InlineData("DATA", "554 5.5.1 Nobody", RecipientStatus.Bounced)]
    [InlineData(EndOfData, "550 5.7.1 Spam", RecipientStatus.Bounced)]
    [InlineData(EndOfData, "550 5.7.1 Spam<then cut>", RecipientStatus.Deferred)]
    [InlineData(EndOfData, "451 4.7.1 Later", RecipientStatus.Deferred)]
    public async Task Step_by_step_a_refusal_counts_once_QUIT_has_shown_that_no_reply_was_too_many(
        string stage, string refusal, RecipientStatus status)
    {
        bool isInStep = false;
        await using var exchanger = new ScriptedMailExchanger(line =>
            !Volatile.Read(ref isInStep)
                ? line.StartsWith("EHLO", StringComparison.Ordinal) ? $"{Plain}\r\n{Accepting}" : null
                : line.StartsWith(stage, StringComparison.Ordinal) ? refusal : null);
        await using DeliveryHarness harness = Start(exchanger);
        Assert.Equal(RecipientStatus.Delivered, (await harness.SendAsync("user@a.test")).Only.Status);
        Volatile.Write(ref isInStep, true);
        await harness.SubmitAsync("user@a.test", reversePath: string.Empty);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();
        Assert.Equal(status, completion.Only.Status);
        Assert.Single(exchanger.Mails);
    }

    [Fact]
    public async Task It_is_remembered_for_an_hour_after_which_messages_share_a_connection_again()
    {
        bool isInStep = false;
        await using var exchanger = new ScriptedMailExchanger(line =>
            !Volatile.Read(ref isInStep) && line.StartsWith("MAIL", StringComparison.Ordinal)
                ? $"250 2.1.0 Ok\r\n{Accepting}"
                : null);
        await using var harness = new DeliveryHarness(new DeliveryOptions
        {
            HostName = "relay.test",
            ConnectionsPerDestinationMax = 1,
            DestinationIdleTimeout = TimeSpan.FromDays(1),
        });
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await harness.SendAsync("user@a.test")).Only.Status);
        }

        Assert.Equal([2, 3, 4], exchanger.Mails.Select(static m => m.Connection)); // the first was out of step
        Volatile.Write(ref isInStep, true);
        await harness.QuietAsync();
        harness.Time.Advance(TimeSpan.FromMinutes(59));
        await harness.SendAsync("user@a.test");
        await harness.SendAsync("user@a.test");
        await harness.QuietAsync();
        harness.Time.Advance(TimeSpan.FromMinutes(2));
        await harness.SendAsync("user@a.test");
        await harness.SendAsync("user@a.test");
        Assert.Equal([5, 6, 7, 7], exchanger.Mails.Skip(3).Select(static m => m.Connection));
    }

    [Theory]
    [InlineData("552 5.3.4 Too big", false)]
    [InlineData("552 5.3.4 Too big", true)]
    [InlineData("451 4.3.0 Trouble", false)]
    [InlineData("250 2.0.0 Taken", false)] // it refuses the content at its end
    [InlineData("250 2.0.0 Taken", true)]
    public async Task Reply_while_content_is_being_sent_is_no_answer_to_it_and_ends_the_session(
        string early, bool chunking)
    {
        await using var exchanger = new EarlyExchanger(early, chunking);
        await using var harness = new DeliveryHarness(new DeliveryOptions
        {
            HostName = "relay.test",
            ConnectionsPerDestinationMax = 1,
            UseChunking = chunking,
        });
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SubmitAsync("user@a.test", Large(), string.Empty);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();
        Assert.Equal(RecipientStatus.Deferred, completion.Only.Status);
        Assert.Equal(1, harness.Queue.Statistics.Messages);
        Assert.Equal(2, exchanger.Connections);
        Assert.Equal(early.StartsWith('2') ? 1 : 0, exchanger.Dots); // else the content was stopped
        if (!early.StartsWith('2'))
        {
            Assert.Equal($"Protocol error by [127.0.0.1] while sending the content: {early}", completion.Only.Text);
        }
    }

    [Fact]
    public async Task Announcement_421_while_content_is_being_sent_ends_the_session_and_defers()
    {
        await using var exchanger = new EarlyExchanger("421 4.3.2 Going down", chunking: false);
        await using var harness = new DeliveryHarness(DeliveryHarness.OneConnection);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SubmitAsync("user@a.test", Large(), string.Empty);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();
        Assert.Equal(
            (RecipientStatus.Deferred, 421, "Going down"),
            (completion.Only.Status, completion.Only.Code, completion.Only.Text));
        Assert.Equal((1, 0), (exchanger.Connections, exchanger.Dots));
    }

    [Fact]
    public async Task Server_that_says_250_to_DATA_and_nothing_more_is_given_up_in_time_and_the_message_waits()
    {
        await using var exchanger = new ScriptedMailExchanger(static line => line == "DATA" ? "250 what" : null);
        var timeouts = new ClientTimeouts { Connect = TimeSpan.FromDays(1000) }; // it may still run as the clock moves
        await using var harness = new DeliveryHarness(
            new DeliveryOptions { HostName = "relay.test", Timeouts = timeouts });
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SubmitAsync("user@a.test", reversePath: string.Empty);
        await exchanger.WhenAsync(static e => e.Lines.Contains("2: DATA"));
        Task<RecordingQueue.Completion> next = harness.Queue.NextAsync();
        while (!next.IsCompleted)
        {
            // The wait for the 354 may have begun after the clock was moved.
            harness.Time.Advance(TimeSpan.FromSeconds(2));
            await Task.Yield();
        }

        Assert.Equal(RecipientStatus.Deferred, (await next).Only.Status);
        Assert.Empty(exchanger.Mails);
    }

    [Fact]
    public async Task The_routes_other_host_is_tried_when_one_is_out_of_step()
    {
        await using var odd = new ScriptedMailExchanger(static line =>
            line.StartsWith("MAIL", StringComparison.Ordinal) ? $"250 2.1.0 Ok\r\n{Refusing}" : null);
        await using var even = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(DeliveryHarness.OneConnection);
        harness.Routes["a.test"] = new Route(
            RouteKind.Smtp,
            "two",
            [new NextHop("127.0.0.1", odd.Port, false, 0), new NextHop("127.0.0.1", even.Port, false, 1)]);
        await harness.SubmitAsync("user@a.test", reversePath: string.Empty);
        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        Assert.Single(even.Mails);
    }

    private static Func<string, string?> Surplus(string stage, string surplus, string offer, bool before) => line =>
    {
        if (!line.StartsWith(stage, StringComparison.Ordinal))
        {
            return null;
        }

        string usual = stage switch
        {
            Connected => "220 mx.test",
            "EHLO" => offer,
            "MAIL" => "250 2.1.0 Sender ok",
            "RCPT" => "250 2.1.5 Recipient ok",
            "DATA" => "354 Go ahead",
            _ => "250 2.0.0 Taken",
        };
        return before ? $"{surplus}\r\n{usual}" : $"{usual}\r\n{surplus}";
    };

    private static RecipientStatus[] Statuses(RecordingQueue.Completion completion) =>
        [.. completion.Outcomes.OrderBy(static o => o.Ordinal).Select(static o => o.Status)];

    private static DeliveryHarness Start(ScriptedMailExchanger exchanger)
    {
        var harness = new DeliveryHarness(DeliveryHarness.OneConnection);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        return harness;
    }

    /// <summary>More than any socket's buffers take while nobody reads.</summary>
    private static string Large() =>
        new StringBuilder("Subject: large\r\n\r\n").Insert(18, new string('x', 70) + "\r\n", 300_000).ToString();
}
