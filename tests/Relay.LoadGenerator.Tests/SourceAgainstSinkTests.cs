using System.Net;
using System.Net.Sockets;
using Relay.LoadGenerator.Sink;
using Relay.LoadGenerator.Source;

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
        (SourceReport sent, SinkReport received) = await LoadRun.RunAsync(
            LoadRun.Source with { Messages = 0, Duration = TimeSpan.FromMilliseconds(300) }, LoadRun.Sink);
        Assert.InRange(sent.Seconds, 0.1, 5);
        LoadRun.AssertAllArrived(sent.Acknowledged, 1, sent, received);
        Assert.NotEqual(0, sent.Acknowledged);
    }

    [Fact]
    public async Task The_sink_ends_by_itself_after_so_many_messages_and_when_idle()
    {
        foreach (SinkOptions options in (SinkOptions[])
            [LoadRun.Sink with { MessagesMax = 50 }, LoadRun.Sink with { Idle = TimeSpan.FromMilliseconds(200) }])
        {
            using var sink = new LoadSink(options);
            Task<SinkReport> absorbing = sink.RunAsync();
            using var source = new LoadSource(LoadRun.Source with { Targets = sink.EndPoints, Messages = 50 });
            await source.RunAsync().WaitAsync(LoadRun.Patience);
            SinkReport report = await absorbing.WaitAsync(LoadRun.Patience);
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
        using var free = new LoadSink(LoadRun.Sink);
        EndPoint nobody = free.EndPoints[0];
        free.Dispose();
        using var source = new LoadSource(LoadRun.Source with
        {
            Targets = [nobody],
            Messages = 5,
            ConnectPatience = TimeSpan.FromMilliseconds(200),
        });
        SourceReport report = await source.RunAsync().WaitAsync(LoadRun.Patience);
        Assert.Equal(0, report.Acknowledged);
        Assert.Equal(LoadRun.Source.Sessions, report.SessionsGivenUp);
        Assert.True(report.ConnectFailures > LoadRun.Source.Sessions);
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
        (SourceReport sent, _) = await LoadRun.RunAsync(
            LoadRun.Source with { Messages = 2, Sessions = 2, ReplyTimeout = TimeSpan.FromSeconds(1) },
            LoadRun.Sink with { Faults = [Fault.Parse("slow@dot:1h")] });
        Assert.Equal(2, sent.Broken);
        Assert.Equal(2, sent.ConnectionsLost);
    }
}
