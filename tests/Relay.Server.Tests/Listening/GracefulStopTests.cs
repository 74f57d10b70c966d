using System.Net.Sockets;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Listening;

/// <summary>The order of a stop: no new connections, transactions finish, 421 to the rest, then the cut.</summary>
public sealed class GracefulStopTests
{
    private const string Stopping = "421 4.3.2 mx.test Server shutting down, try again later\r\n";

    [Fact]
    public async Task Idle_sessions_hear_421_at_once_and_a_transaction_finishes()
    {
        await using LiveServer live = await LiveServer.StartAsync();
        using var idle = new SocketClient(live.EndPoint);
        using var busy = new SocketClient(live.EndPoint);
        idle.ReadReply();
        busy.ReadReply();
        busy.Say("EHLO client.example\r\n");
        busy.Say("MAIL FROM:<a@client.example>\r\n");

        Task stop = live.Server.StopAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(Stopping, idle.ReadReply());
        Assert.True(idle.IsClosedByServer());
        Assert.StartsWith("250 ", busy.Say("RCPT TO:<b@there.example>\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("354 ", busy.Say("DATA\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250 2.0.0 ", busy.Say("x\r\n.\r\n"), StringComparison.Ordinal);
        Assert.Equal(Stopping, busy.ReadReply());
        Assert.True(busy.IsClosedByServer());
        await stop.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Single(live.Queue.Messages);
        Assert.Equal(0, live.Server.Counters.SessionsActive);
    }

    [Fact]
    public async Task No_connection_is_taken_any_more()
    {
        await using LiveServer live = await LiveServer.StartAsync(
            new SmtpServerOptions { HostName = "mx.test", Listeners = [LiveServer.Alone()] });
        System.Net.EndPoint endPoint = live.EndPoint;
        await live.Server.StopAsync(TimeSpan.FromSeconds(5));
        Assert.Throws<SocketException>(() => new SocketClient(endPoint));
    }

    [Fact]
    public async Task A_transaction_that_does_not_finish_hears_421_after_the_drain_time()
    {
        var time = new Testing.ManualTimeProvider();
        var options = new SmtpServerOptions
        {
            HostName = "mx.test",
            ContentRateMin = 0,
            ContentTimeout = TimeSpan.FromDays(1),
            Listeners = [LiveServer.Loopback()],
        };
        await using LiveServer live = await LiveServer.StartAsync(options, time);
        using var client = new SocketClient(live.EndPoint);
        client.ReadReply();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\n");
        client.Say("RCPT TO:<b@there.example>\r\n");
        client.Say("DATA\r\n");
        client.Send("half a message\r\n");

        Task stop = live.Server.StopAsync(TimeSpan.FromSeconds(30));
        await ListenerTests.WaitUntilAsync(() => time.HasTimerIn(TimeSpan.FromSeconds(30)));
        time.Advance(TimeSpan.FromSeconds(30)); // and no further: the time for goodbyes runs from here

        Assert.Equal(Stopping, client.ReadReply());
        Assert.True(client.IsClosedByServer());
        await stop.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Empty(live.Queue.Messages);
    }

    [Fact]
    public void A_stop_during_a_commit_lets_the_250_out_first()
    {
        using var fixture = new ServerFixture();
        var commit = new TaskCompletionSource();
        fixture.Queue.Commits.Enqueue(commit);
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        client.Say("x\r\n.\r\n");

        fixture.Context.Sessions.RequestStop();
        fixture.Context.Sessions.RequestEnd();
        Assert.Equal(string.Empty, client.Hear());
        commit.SetResult();

        Assert.Equal($"250 2.0.0 {Transcript.Id(1)} Message accepted for delivery\r\n{Stopping}", client.Hear());
        Assert.True(client.IsClosed);
        Assert.True(fixture.Context.Sessions.Drained.IsCompleted);
    }

    [Fact]
    public void A_new_transaction_is_refused_once_a_stop_was_requested()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");

        fixture.Context.Sessions.RequestStop();

        Assert.Equal(
            $"250 2.0.0 {Transcript.Id(1)} Message accepted for delivery\r\n{Stopping}",
            client.Say("x\r\n.\r\nMAIL FROM:<c@client.example>\r\n"));
        Assert.True(client.IsClosed);
    }
}
