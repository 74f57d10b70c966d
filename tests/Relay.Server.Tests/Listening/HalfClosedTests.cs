using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Server.Listening;
using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;
using Relay.Testing;

namespace Relay.Server.Tests.Listening;

/// <summary>Clients that send all they have and end their side (RFC 9293 §3.6), and such that are gone.</summary>
public sealed class HalfClosedTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_client_that_ends_its_side_while_it_is_being_looked_up_hears_all_replies()
    {
        using var fixture = new ServerFixture();
        using var memory = new BlockMemoryPool();
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        SocketTransportFactory transport =
            TransportServices.CreateTransport(static _ => { }, memory, NullLoggerFactory.Instance);
        await using IConnectionListener listener =
            await transport.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), cancellation);
        using var client = new SocketClient(listener.EndPoint);
        ConnectionContext connection = (await listener.AcceptAsync(cancellation))!;
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionClosed.Register(closed.SetResult); // the first to register is the last to hear
        var lookUp = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        fixture.Policy.BeforeConnection = token => LookUpAsync(lookUp.Task, ended, token);
        Task session = new SmtpConnectionHandler(fixture.Context, "MTA").OnConnectedAsync(connection);

        client.Send("HELO client.example\r\nNOOP\r\nQUIT\r\n");
        client.EndSide();
        await closed.Task.WaitAsync(Patience, cancellation);
        Assert.False(ended.Task.IsCompleted, "the look-up was told to end");
        lookUp.SetResult();
        await session.WaitAsync(Patience, cancellation);
        await connection.DisposeAsync();

        Assert.Equal(
            "220 mx.test ESMTP Relay.Fast\r\n"
            + "250 mx.test Hello [127.0.0.1], pleased to meet you\r\n"
            + "250 2.0.0 OK\r\n"
            + "221 2.0.0 mx.test closing connection\r\n",
            client.ReadToEnd());
    }

    [Fact]
    public async Task A_client_that_ends_its_side_in_the_greet_pause_hears_554_and_the_replies_behind_it()
    {
        using var log = new AwaitedLog("received FIN");
        await using LiveServer live = await LiveServer.StartAsync(loggers: log);
        var lookUp = new TaskCompletionSource();
        live.Policy.BeforeConnection = lookUp.Task.WaitAsync;
        live.Policy.Connection = new ConnectionDecision { GreetPause = TimeSpan.FromMinutes(5) };
        using var client = new SocketClient(live.EndPoint);
        client.Send("HELO client.example\r\nQUIT\r\n");
        client.EndSide();
        await log.Seen.WaitAsync(Patience);

        lookUp.SetResult();

        Assert.Equal(
            "554 mx.test ESMTP not accepting messages\r\n"
            + "250 mx.test Hello [127.0.0.1], pleased to meet you\r\n"
            + "221 2.0.0 mx.test closing connection\r\n",
            client.ReadToEnd());
    }

    [Fact]
    public async Task Mail_of_a_client_that_ends_its_side_behind_it_is_taken_and_answered()
    {
        await using LiveServer live = await LiveServer.StartAsync();
        using var client = new SocketClient(live.EndPoint);
        Assert.StartsWith("220 ", client.ReadReply(), StringComparison.Ordinal);
        Assert.StartsWith("250 ", client.Say("HELO client.example\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250 ", client.Say("MAIL FROM:<a@client.example>\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250 ", client.Say("RCPT TO:<b@there.example>\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("354 ", client.Say("DATA\r\n"), StringComparison.Ordinal);

        client.Send("x\r\n.\r\nQUIT\r\n");
        client.EndSide();

        string[] replies = client.ReadToEnd().Split("\r\n");
        Assert.StartsWith("250 2.0.0 ", replies[0], StringComparison.Ordinal);
        Assert.Equal("221 2.0.0 mx.test closing connection", replies[1]);
        Assert.Single(live.Queue.Messages);
    }

    [Fact]
    public async Task A_reset_ends_the_look_up_of_the_client()
    {
        await using LiveServer live = await LiveServer.StartAsync();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var closed = new TaskCompletionSource();
        live.Policy.BeforeConnection = cancellation =>
        {
            begun.SetResult();
            return LookUpAsync(new TaskCompletionSource().Task, closed, cancellation);
        };
        using var client = new SocketClient(live.EndPoint);
        await begun.Task.WaitAsync(Patience);

        client.Reset();

        await closed.Task.WaitAsync(Patience);
        Assert.Empty(live.Queue.Messages);
    }

    [Fact]
    public async Task A_stop_that_cuts_connections_ends_the_look_up_of_a_half_closed_client()
    {
        using var log = new AwaitedLog("received FIN");
        var time = new ManualTimeProvider();
        await using LiveServer live = await LiveServer.StartAsync(time: time, loggers: log);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var closed = new TaskCompletionSource();
        live.Policy.BeforeConnection = cancellation =>
        {
            begun.SetResult();
            return LookUpAsync(new TaskCompletionSource().Task, closed, cancellation);
        };
        using var client = new SocketClient(live.EndPoint);
        client.EndSide();
        await log.Seen.WaitAsync(Patience);
        await begun.Task.WaitAsync(Patience); // the transport may see the client's end before the session begins
        Assert.False(closed.Task.IsCompleted);

        Task stop = live.Server.StopAsync(TimeSpan.FromSeconds(30));
        foreach (int seconds in (int[])[30, 5]) // for transactions, then for goodbyes
        {
            var step = TimeSpan.FromSeconds(seconds);
            await ListenerTests.WaitUntilAsync(() => time.HasTimerIn(step));
            time.Advance(step);
        }

        await closed.Task.WaitAsync(Patience);
        await stop.WaitAsync(Patience);
    }

    /// <param name="closed">Completed if the look-up is told to end.</param>
    private static async Task LookUpAsync(Task answer, TaskCompletionSource closed, CancellationToken cancellation)
    {
        try
        {
            await answer.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            closed.SetResult();
            throw;
        }
    }
}
