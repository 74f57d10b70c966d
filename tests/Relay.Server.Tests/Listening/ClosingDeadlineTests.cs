using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Server.Listening;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Listening;

/// <summary>The end of a session is not yet that of its connection: what was said last must still be read.</summary>
public sealed class ClosingDeadlineTests
{
    [Fact]
    public async Task A_peer_that_reads_nothing_loses_its_place_when_the_time_for_replies_is_over()
    {
        using var fixture = new ServerFixture();
        using var memory = new BlockMemoryPool();
        var sockets = new KnownSockets(TransportServices.CreateTransport(
            static transport => transport.MaxWriteBufferSize = 64 * 1024, memory, NullLoggerFactory.Instance));
        await using SmtpListener listener = await SmtpListener.BindAsync(
            LiveServer.Loopback(), sockets, fixture.Context, inherited: null, TestContext.Current.CancellationToken);
        listener.Start();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveBufferSize = 4096,
            ReceiveTimeout = 60_000,
        };
        client.Connect(listener.EndPoint);
        Assert.StartsWith("220 ", ReadLine(client), StringComparison.Ordinal);
        client.Send("HELO x\r\n"u8); // alone: with commands behind it in the same read it would end the session
        Assert.StartsWith("250 ", ReadLine(client), StringComparison.Ordinal);
        Socket server = await sockets.Accepted;
        Fill(server);

        // More replies than the sockets hold, even if their windows open a little yet; less than the pipe.
        const int Recipients = 800;
        string recipients = string.Concat(Enumerable.Repeat("RCPT TO:<b@there.example>\r\n", Recipients));
        client.Send(Encoding.ASCII.GetBytes("MAIL FROM:<>\r\n" + recipients));
        client.Shutdown(SocketShutdown.Send);
        await ListenerTests.WaitUntilAsync(() => fixture.Context.Counters is { SessionsOpened: 1, SessionsActive: 0 });
        Assert.Equal(1 + Recipients, fixture.Policy.Asked.Count);

        fixture.Time.Advance(TimeSpan.FromSeconds(295));
        Assert.False(server.SafeHandle.IsClosed, "cut too early");
        Assert.Equal(1, fixture.Context.Limits.Total);

        await ListenerTests.WaitUntilAsync(() =>
        {
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
            return fixture.Context.Limits.Total == 0;
        });
    }

    private static string ReadLine(Socket client)
    {
        var line = new StringBuilder();
        byte[] one = new byte[1];
        while (one[0] != '\n')
        {
            Assert.Equal(1, client.Receive(one));
            line.Append((char)one[0]);
        }

        return line.ToString();
    }

    /// <summary>From here on the socket takes nothing more until the client has read.</summary>
    private static void Fill(Socket socket)
    {
        socket.SendBufferSize = 4096;
        socket.Blocking = false;
        SocketError error;
        do
        {
            socket.Send(new byte[1024], 0, 1024, SocketFlags.None, out error);
        }
        while (error == SocketError.Success);

        Assert.Equal(SocketError.WouldBlock, error);
    }

    /// <summary>Hands the socket of the connection over, that the test may fill it.</summary>
    private sealed class KnownSockets(IConnectionListenerFactory inner) : IConnectionListenerFactory
    {
        private readonly TaskCompletionSource<Socket> _accepted =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Socket> Accepted => _accepted.Task;

        public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken) =>
            new Listener(await inner.BindAsync(endpoint, cancellationToken), _accepted);

        private sealed class Listener(IConnectionListener inner, TaskCompletionSource<Socket> accepted)
            : IConnectionListener
        {
            public EndPoint EndPoint => inner.EndPoint;

            public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken)
            {
                ConnectionContext? connection = await inner.AcceptAsync(cancellationToken);
                if (connection?.Features.Get<IConnectionSocketFeature>() is { } feature)
                {
                    accepted.TrySetResult(feature.Socket);
                }

                return connection;
            }

            public ValueTask UnbindAsync(CancellationToken cancellationToken) => inner.UnbindAsync(cancellationToken);

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
