using System.Net;
using System.Net.Sockets;
using Relay.LoadGenerator.Sink;
using Relay.LoadGenerator.Source;
using Relay.Testing;

namespace Relay.LoadGenerator.Tests;

public class SourceAgainstSinkTests
{
    public static TheoryData<PipeliningMode, int, int, string> Shapes
    {
        get
        {
            var shapes = new TheoryData<PipeliningMode, int, int, string>();
            foreach (PipeliningMode mode in Enum.GetValues<PipeliningMode>())
            {
                shapes.Add(mode, 0, 1, "2048");
                shapes.Add(mode, 1, 1, "0");
                shapes.Add(mode, 3, 7, "0..9k");
                shapes.Add(mode, 0, 1, "300k..700k*1,100*20");
            }

            return shapes;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Every_message_arrives_once_and_intact(
        PipeliningMode mode, int perConnection, int recipients, string sizes)
    {
        SourceOptions options = LoadRun.Source with
        {
            Pipelining = mode,
            MessagesPerConnection = perConnection,
            RecipientsPerMessage = recipients,
            Size = SizeDistribution.Parse(sizes),
        };
        (SourceReport sent, SinkReport received) = await LoadRun.RunAsync(options, LoadRun.Sink);
        LoadRun.AssertAllArrived(200, recipients, sent, received);
        if (perConnection > 0)
        {
            Assert.InRange(sent.Connections, 200 / perConnection, (200 / perConnection) + options.Sessions);
        }
        else
        {
            Assert.Equal(options.Sessions, sent.Connections);
        }

        Assert.Equal(sent.Connections, received.Connections);
        Assert.Equal(sent.Acknowledged, sent.Timeline.Sum());
        Assert.Equal(sent.Acknowledged, sent.Latency.Count);
    }

    [Theory]
    [InlineData(PipeliningMode.Off)]
    [InlineData(PipeliningMode.Group)]
    [InlineData(PipeliningMode.Full)]
    public async Task Lmtp_is_answered_per_recipient(PipeliningMode mode)
    {
        SourceOptions source = LoadRun.Source with { Lmtp = true, RecipientsPerMessage = 3, Pipelining = mode };
        (SourceReport sent, SinkReport received) = await LoadRun.RunAsync(source, LoadRun.Sink with { Lmtp = true });
        LoadRun.AssertAllArrived(200, 3, sent, received);
    }

    [Theory]
    [InlineData(PipeliningMode.Off)]
    [InlineData(PipeliningMode.Group)]
    [InlineData(PipeliningMode.Full)]
    public async Task Content_goes_by_BDAT_where_offered(PipeliningMode mode)
    {
        SinkOptions sink = LoadRun.Sink with { Keywords = ["PIPELINING", "CHUNKING"] };
        SourceOptions source = LoadRun.Source with
        {
            Bdat = true,
            Pipelining = mode,
            RecipientsPerMessage = 2,
            Size = SizeDistribution.Parse("0..20k"),
        };
        (SourceReport sent, SinkReport received) = await LoadRun.RunAsync(source, sink);
        LoadRun.AssertAllArrived(200, 2, sent, received);
    }

    [Fact]
    public async Task Where_pipelining_is_not_offered_it_is_not_used_and_the_report_says_so()
    {
        (SourceReport sent, SinkReport received) = await LoadRun.RunAsync(
            LoadRun.Source with { Pipelining = PipeliningMode.Full, RecipientsPerMessage = 3 },
            LoadRun.Sink with { Keywords = [] });
        LoadRun.AssertAllArrived(200, 3, sent, received);
        Assert.Equal(sent.Connections, sent.WithoutPipelining);
    }

    [Fact]
    public async Task Several_threads_on_both_sides_share_the_work()
    {
        (SourceReport sent, SinkReport received) = await LoadRun.RunAsync(
            LoadRun.Source with { Threads = 3, Sessions = 20, Messages = 2000, MessagesPerConnection = 10 },
            LoadRun.Sink with { Threads = 3 });
        LoadRun.AssertAllArrived(2000, 1, sent, received);
    }

    [Fact]
    public async Task A_message_of_many_megabytes_streams_through()
    {
        (SourceReport sent, SinkReport received) = await LoadRun.RunAsync(
            LoadRun.Source with { Messages = 3, Size = SizeDistribution.Parse("20m") }, LoadRun.Sink);
        LoadRun.AssertAllArrived(3, 1, sent, received);
        Assert.True(received.Bytes > 3 * (20 << 20));
    }

    [Fact]
    public async Task Eight_bit_bodies_and_the_null_reverse_path_arrive()
    {
        (SourceReport sent, SinkReport received) = await LoadRun.RunAsync(
            LoadRun.Source with { EightBit = true, From = string.Empty }, LoadRun.Sink);
        LoadRun.AssertAllArrived(200, 1, sent, received);
    }

    [Fact]
    public async Task Sessions_are_dealt_to_several_listeners_and_a_unix_socket()
    {
        string path = Path.Combine(Path.GetTempPath(), $"relay-load-{Guid.NewGuid():n}");
        SinkOptions sink = LoadRun.Sink with
        {
            Listeners =
            [
                new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0),
                new IPEndPoint(IPAddress.Parse("127.0.0.3"), 0),
                new UnixDomainSocketEndPoint(path),
            ],
        };
        (SourceReport sent, SinkReport received) = await LoadRun.RunAsync(LoadRun.Source with { Sessions = 6 }, sink);
        LoadRun.AssertAllArrived(200, 1, sent, received);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task The_duration_bounds_a_run_without_a_count()
    {
        var time = new ManualTimeProvider(); // stands until there is something to see
        using var sink = new LoadSink(LoadRun.Sink, time);
        Task<SinkReport> absorbing = sink.RunAsync();
        SourceOptions options = LoadRun.Source with
        {
            Targets = sink.EndPoints,
            Messages = 0,
            Duration = TimeSpan.FromMilliseconds(300),
        };
        using var source = new LoadSource(options, time);
        Task<SourceReport> running = source.RunAsync();
        await LoadRun.UntilAsync(() => sink.Messages >= 50);
        Assert.False(running.IsCompleted);
        time.Advance(options.Duration);
        SourceReport sent = await running.WaitAsync(LoadRun.Patience);
        sink.Stop();
        LoadRun.AssertAllArrived(sent.Acknowledged, 1, sent, await absorbing.WaitAsync(LoadRun.Patience));
        Assert.InRange(sent.Acknowledged, 50, long.MaxValue);
    }

    [Fact]
    public async Task The_sink_ends_by_itself_after_so_many_messages_and_when_idle()
    {
        foreach (SinkOptions options in (SinkOptions[])
            [LoadRun.Sink with { MessagesMax = 50 }, LoadRun.Sink with { Idle = TimeSpan.FromMilliseconds(200) }])
        {
            var time = new ManualTimeProvider(); // stands while messages come, however slowly
            using var sink = new LoadSink(options, time);
            Task<SinkReport> absorbing = sink.RunAsync();
            using var source = new LoadSource(LoadRun.Source with { Targets = sink.EndPoints, Messages = 50 }, time);
            await source.RunAsync().WaitAsync(LoadRun.Patience);
            if (options.Idle > TimeSpan.Zero)
            {
                Assert.False(absorbing.IsCompleted);
                time.Advance(options.Idle);
            }

            while (!absorbing.IsCompleted)
            {
                time.Advance(TimeSpan.FromMilliseconds(10));
                await Task.Yield();
            }

            SinkReport report = await absorbing;
            Assert.Equal(50, report.Messages);
        }
    }

    [Fact]
    public async Task The_sink_ends_after_its_duration_without_any_message()
    {
        using var sink = new LoadSink(LoadRun.Sink with { Duration = TimeSpan.FromMilliseconds(100) });
        SinkReport report = await sink.RunAsync().WaitAsync(LoadRun.Patience);
        Assert.Equal(0, report.Messages);
    }

    [Fact]
    public void A_taken_address_is_an_error_that_names_it()
    {
        using var first = new LoadSink(LoadRun.Sink);
        IOException error = Assert.Throws<IOException>(
            () => new LoadSink(LoadRun.Sink with { Listeners = first.EndPoints }));
        Assert.Contains(first.EndPoints[0].ToString()!, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_listens_the_source_gives_up_after_its_patience()
    {
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // does not listen, and keeps the port from who would
        var time = new ManualTimeProvider(); // stands while the attempts are made, however slowly
        int sessions = LoadRun.Source.Sessions;
        SourceOptions options = LoadRun.Source with
        {
            Targets = [nobody.LocalEndPoint!],
            Messages = 5,
            ConnectPatience = TimeSpan.FromSeconds(1),
        };
        using var source = new LoadSource(options, time);
        Task<SourceReport> running = source.RunAsync();
        await LoadRun.UntilAsync(() => source.ConnectFailures == sessions);
        time.Advance(TimeSpan.FromMilliseconds(50)); // each tries again
        await LoadRun.UntilAsync(() => source.ConnectFailures == 2 * sessions);
        Assert.False(running.IsCompleted);
        time.Advance(options.ConnectPatience);
        SourceReport report = await running.WaitAsync(LoadRun.Patience);
        Assert.Equal(0, report.Acknowledged);
        Assert.Equal(sessions, report.SessionsGivenUp);
        Assert.Equal(3 * sessions, report.ConnectFailures);
        Assert.Equal(4, report.Broken);
    }

    [Fact]
    public async Task A_stopped_source_ends_at_once_and_counts_what_was_under_way()
    {
        using var sink = new LoadSink(LoadRun.Sink with { Faults = [Fault.Parse("slow@dot:1h")] });
        Task<SinkReport> absorbing = sink.RunAsync();
        using var source = new LoadSource(LoadRun.Source with { Targets = sink.EndPoints });
        Task<SourceReport> running = source.RunAsync();
        while (sink.OpenConnections < LoadRun.Source.Sessions)
        {
            await Task.Yield();
        }

        source.Stop();
        SourceReport report = await running.WaitAsync(LoadRun.Patience);
        Assert.Equal(0, report.Acknowledged);
        Assert.InRange(report.Broken, 1, LoadRun.Source.Sessions);
        sink.Stop();
        await absorbing.WaitAsync(LoadRun.Patience);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_left_after_the_timeout()
    {
        using var sink = new LoadSink(LoadRun.Sink with { Faults = [Fault.Parse("slow@dot:1h")] });
        Task<SinkReport> absorbing = sink.RunAsync();
        var time = new ManualTimeProvider(); // stands until both messages are there
        SourceOptions options = LoadRun.Source with { Targets = sink.EndPoints, Messages = 2, Sessions = 2 };
        using var source = new LoadSource(options, time);
        Task<SourceReport> running = source.RunAsync();
        await LoadRun.UntilAsync(() => sink.Faults.Struck[0] == 2);
        time.Advance(options.ReplyTimeout);
        Assert.False(running.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2)); // the source looks once a second
        SourceReport sent = await running.WaitAsync(LoadRun.Patience);
        sink.Stop();
        await absorbing.WaitAsync(LoadRun.Patience);
        Assert.Equal(2, sent.Broken);
        Assert.Equal(2, sent.ConnectionsLost);
    }
}
