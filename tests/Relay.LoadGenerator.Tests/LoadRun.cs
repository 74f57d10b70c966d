using System.Diagnostics;
using System.Net;
using Relay.LoadGenerator.Sink;
using Relay.LoadGenerator.Source;

namespace Relay.LoadGenerator.Tests;

/// <summary>A source against a verifying sink in this process, over real sockets, bounded in time.</summary>
internal static class LoadRun
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    internal static SinkOptions Sink { get; } = new()
    {
        Listeners = [new IPEndPoint(IPAddress.Loopback, 0)],
        Verify = true,
    };

    internal static SourceOptions Source { get; } = new()
    {
        Targets = [],
        Sessions = 4,
        Messages = 200,
        MessagesPerConnection = 0,
        ReplyTimeout = TimeSpan.FromSeconds(60),
    };

    internal static async Task<(SourceReport Source, SinkReport Sink)> RunAsync(
        SourceOptions sourceOptions, SinkOptions sinkOptions)
    {
        using var sink = new LoadSink(sinkOptions);
        Task<SinkReport> absorbing = sink.RunAsync();
        using var source = new LoadSource(sourceOptions with { Targets = sink.EndPoints });
        SourceReport sent = await source.RunAsync().WaitAsync(Patience);
        sink.Stop();
        return (sent, await absorbing.WaitAsync(Patience));
    }

    /// <summary>Waits for what other threads do.</summary>
    internal static async Task UntilAsync(Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, "what was waited for did not happen");
            await Task.Yield();
        }
    }

    internal static void AssertAllArrived(long messages, int recipients, SourceReport sent, SinkReport received)
    {
        Assert.Equal(messages, sent.Acknowledged);
        Assert.Equal(messages * recipients, sent.RecipientsAcknowledged);
        Assert.Equal(0, sent.Rejected + sent.Broken + sent.ConnectionsLost);
        Assert.Empty(sent.NegativeReplies);
        Assert.Equal(messages, received.Messages);
        Assert.Equal(messages * recipients, received.Recipients);
        Assert.Equal(0, received.Violations);
        Assert.Equal(0, received.CutOff);
        Assert.Equal(messages, received.Verification!.Messages);
        Assert.Equal(messages, received.Verification.Intact);
        Assert.Equal(messages * recipients, received.Verification.Deliveries);
        Assert.Equal(0, received.Verification.Duplicated + received.Verification.Corrupted);
        Assert.Equal(0, received.Verification.Unidentified);
    }

    internal static void AssertAllArrivedDespite(long messages, SourceReport sent, SinkReport received)
    {
        Assert.Equal(messages, sent.Acknowledged);
        Assert.Equal(0, sent.Rejected + sent.Broken);
        Assert.Equal(messages, received.Verification!.Intact);
        Assert.Equal(0, received.Verification.Duplicated + received.Verification.Corrupted);
    }
}
