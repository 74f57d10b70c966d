using Relay.LoadGenerator.Sink;
using Relay.LoadGenerator.Source;

namespace Relay.LoadGenerator.Tests;

/// <summary>Faults on demand over real connections; what both sides count must agree.</summary>
public class FaultRunTests
{
    private const int Messages = 400;

    public static TheoryData<string, PipeliningMode> Rejections
    {
        get
        {
            var data = new TheoryData<string, PipeliningMode>();
            foreach (PipeliningMode mode in Enum.GetValues<PipeliningMode>())
            {
                foreach (string fault in (string[])["mail:450:0.2", "rcpt:550:0.2", "data:451:0.2", "dot:451:0.2",
                    "mail:421:0.05", "rcpt:421:0.05", "data:421:0.05", "dot:421:0.05"])
                {
                    data.Add(fault, mode);
                }
            }

            return data;
        }
    }

    public static TheoryData<string, PipeliningMode> Breaks
    {
        get
        {
            var data = new TheoryData<string, PipeliningMode>();
            foreach (PipeliningMode mode in Enum.GetValues<PipeliningMode>())
            {
                foreach (string fault in (string[])["drop@mail:0.1", "drop@rcpt:0.1", "drop@data:0.1",
                    "drop@content:0.1", "drop@dot:0.1", "reset@dot:0.1", "reset@content:0.1"])
                {
                    data.Add(fault, mode);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Rejections))]
    public async Task Refused_messages_are_counted_and_all_others_arrive(string fault, PipeliningMode mode)
    {
        (SourceReport sent, SinkReport received) = await RunAsync(fault, mode, resend: false, recipients: 1);
        long struck = Assert.Single(received.FaultsStruck);
        Assert.NotEqual(0, struck);
        Assert.Equal(Messages, sent.Acknowledged + sent.Rejected);
        Assert.Equal(struck, sent.Rejected);
        Assert.Equal(struck, received.Refused);
        Assert.Equal(0, sent.Broken);
        Assert.Equal(sent.Acknowledged, received.Messages);
        Assert.Equal(sent.Acknowledged, received.Verification!.Intact);
        Assert.Equal(0, received.Verification.Duplicated);
    }

    [Theory]
    [InlineData(PipeliningMode.Off)]
    [InlineData(PipeliningMode.Group)]
    [InlineData(PipeliningMode.Full)]
    public async Task A_refused_recipient_does_not_keep_the_message_from_the_others(PipeliningMode mode)
    {
        (SourceReport sent, SinkReport received) = await RunAsync(
            "rcpt/user1@:550", mode, resend: false, recipients: 3);
        Assert.Equal(Messages, sent.Acknowledged);
        Assert.Equal(Messages, sent.RecipientsRejected);
        Assert.Equal(2 * Messages, sent.RecipientsAcknowledged);
        Assert.Equal(2 * Messages, received.Verification!.Deliveries);
        Assert.Equal(Messages, sent.NegativeReplies["Rcpt 550"]);
    }

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task Broken_connections_lose_only_their_message_and_nothing_when_resent(
        string fault, PipeliningMode mode)
    {
        (SourceReport sent, SinkReport received) = await RunAsync(fault, mode, resend: false, recipients: 1);
        Assert.NotEqual(0, sent.Broken);
        Assert.Equal(Messages, sent.Acknowledged + sent.Broken);
        Assert.Equal(received.Dropped, sent.Broken);
        Assert.Equal(sent.Acknowledged, received.Messages);

        (sent, received) = await RunAsync(fault, mode, resend: true, recipients: 1);
        Assert.Equal(Messages, sent.Acknowledged);
        Assert.Equal(Messages, received.Verification!.Messages);
        Assert.Equal(0, received.Verification.Duplicated);
        Assert.NotEqual(0, sent.Resent);
    }

    [Fact]
    public async Task A_reply_that_vanishes_makes_a_duplicate_when_resent_and_the_sink_counts_it()
    {
        (SourceReport sent, SinkReport received) = await RunAsync(
            "vanish@dot:0.1", PipeliningMode.Group, resend: true, recipients: 1);
        Assert.Equal(Messages, sent.Acknowledged);
        Assert.Equal(received.Dropped, received.Verification!.Duplicated);
        Assert.NotEqual(0, received.Verification.Duplicated);
        Assert.NotEmpty(received.Verification.DuplicatedExamples);
        Assert.Equal(0, received.Verification.Lost);
    }

    [Fact]
    public async Task Lmtp_may_refuse_some_recipients_at_the_end()
    {
        (SourceReport sent, SinkReport received) = await LoadRun.RunAsync(
            LoadRun.Source with { Lmtp = true, RecipientsPerMessage = 4, Messages = Messages },
            LoadRun.Sink with { Lmtp = true, Faults = [Fault.Parse("dot:452:0.3")] });
        Assert.Equal(received.Refused, sent.RecipientsRejected);
        Assert.Equal(4 * Messages, sent.RecipientsAcknowledged + sent.RecipientsRejected);
        Assert.Equal(sent.RecipientsAcknowledged, received.Verification!.Deliveries);
        Assert.Equal(Messages, sent.Acknowledged + sent.Rejected);
    }

    [Theory]
    [InlineData("banner:554:x5")]
    [InlineData("drop@banner:x5")]
    [InlineData("ehlo:421:x5")]
    [InlineData("reset@ehlo:x5")]
    public async Task A_server_that_turns_away_is_tried_again(string fault)
    {
        (SourceReport sent, SinkReport received) = await RunAsync(fault, PipeliningMode.Group, false, recipients: 1);
        LoadRun.AssertAllArrivedDespite(Messages, sent, received);
        Assert.Equal(5, sent.ConnectFailures);
    }

    [Fact]
    public async Task A_server_without_EHLO_is_greeted_by_HELO_and_not_pipelined_to()
    {
        (SourceReport sent, SinkReport received) = await RunAsync(
            "ehlo/EHLO:502", PipeliningMode.Full, resend: false, recipients: 2);
        Assert.Equal(Messages, sent.Acknowledged);
        Assert.Equal(sent.Connections, sent.WithoutPipelining);
        Assert.Equal(0, received.Violations);
    }

    [Theory]
    [InlineData("slow:20ms", PipeliningMode.Off, 4)]
    [InlineData("slow@dot:50ms", PipeliningMode.Full, 1)]
    [InlineData("slow@mail:50ms", PipeliningMode.Group, 1)]
    public async Task A_slow_server_delays_each_message_but_changes_nothing(
        string fault, PipeliningMode mode, int steps)
    {
        (SourceReport sent, SinkReport received) = await LoadRun.RunAsync(
            LoadRun.Source with { Messages = 12, Sessions = 3, Pipelining = mode },
            LoadRun.Sink with { Faults = [Fault.Parse(fault)] });
        LoadRun.AssertAllArrived(12, 1, sent, received);
        double delay = steps * Fault.Parse(fault).Delay.TotalMilliseconds;
        Assert.True(sent.Latency.P50Ms >= delay * 0.99, $"{sent.Latency.P50Ms} ms");
    }

    private static Task<(SourceReport Source, SinkReport Sink)> RunAsync(
        string fault, PipeliningMode mode, bool resend, int recipients)
    {
        return LoadRun.RunAsync(
            LoadRun.Source with
            {
                Messages = Messages,
                Pipelining = mode,
                Resend = resend,
                RecipientsPerMessage = recipients,
            },
            LoadRun.Sink with { Faults = [Fault.Parse(fault)], Seed = 5 });
    }
}
