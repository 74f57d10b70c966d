using Relay.LoadGenerator.Sink;
using Relay.LoadGenerator.Source;

namespace Relay.LoadGenerator.Tests;

public class OpenLoopTests
{
    [Fact]
    public async Task A_stall_is_charged_to_every_message_that_fell_due_in_it()
    {
        // 100 messages due in 500 ms, one session, and the first is held up for 400 ms: about 80 fall due meanwhile.
        // A tool that measures from the sending of each would report one slow message and 99 fast ones.
        (SourceReport sent, SinkReport received) = await LoadRun.RunAsync(
            LoadRun.Source with { Sessions = 1, Messages = 100, Rate = 200 },
            LoadRun.Sink with { Faults = [Fault.Parse("slow@dot:400ms:x1")] });
        LoadRun.AssertAllArrived(100, 1, sent, received);
        Assert.True(sent.Latency.MaxMs >= 399, $"{sent.Latency.MaxMs} ms");
        Assert.True(sent.Latency.P50Ms >= 100, $"{sent.Latency.P50Ms} ms");
        Assert.True(sent.AcknowledgeLatency.P50Ms < sent.Latency.P50Ms / 2, $"{sent.AcknowledgeLatency.P50Ms} ms");
        Assert.True(received.EndToEndLatency!.P50Ms >= 100, "the sink sees the same from the time in the message");
    }

    [Fact]
    public async Task Messages_due_before_the_latencies_begin_are_sent_and_not_timed()
    {
        (SourceReport sent, SinkReport received) = await LoadRun.RunAsync(
            LoadRun.Source with
            {
                Sessions = 1,
                Messages = 100,
                Rate = 200,
                LatencyAfter = TimeSpan.FromMilliseconds(248),
            },
            LoadRun.Sink);
        LoadRun.AssertAllArrived(100, 1, sent, received);
        Assert.Equal(50, sent.Latency.Count); // those due from 250 ms on, of one every 5 ms
        Assert.Equal(50, sent.AcknowledgeLatency.Count);
    }

    [Fact]
    public async Task A_closed_loop_would_hide_the_same_stall()
    {
        (SourceReport sent, _) = await LoadRun.RunAsync(
            LoadRun.Source with { Sessions = 1, Messages = 100 },
            LoadRun.Sink with { Faults = [Fault.Parse("slow@dot:400ms:x1")] });
        Assert.True(sent.Latency.P50Ms < sent.Latency.MaxMs / 2, $"{sent.Latency.P50Ms} ms");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Messages_go_out_at_the_rate(int perConnection)
    {
        (SourceReport sent, SinkReport received) = await LoadRun.RunAsync(
            LoadRun.Source with
            {
                Sessions = 8,
                Messages = 0,
                Duration = TimeSpan.FromSeconds(1),
                Rate = 300,
                Threads = 2,
                MessagesPerConnection = perConnection,
            },
            LoadRun.Sink);
        LoadRun.AssertAllArrived(300, 1, sent, received);
        Assert.InRange(sent.Seconds, 0.99, 60); // the last is due at 0.997 s
        Assert.Equal(300, sent.IntendedRate);
    }
}
