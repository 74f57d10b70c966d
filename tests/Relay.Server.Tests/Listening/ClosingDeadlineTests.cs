using System.Net;
using System.Net.Sockets;
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
        var sockets = new FullSockets(TransportServices.CreateTransport(
            static transport => transport.MaxWriteBufferSize = 64 * 1024, memory, NullLoggerFactory.Instance));
        await using SmtpListener listener = await SmtpListener.BindAsync(
            LiveServer.Loopback(), sockets, fixture.Context, inherited: null, TestContext.Current.CancellationToken);
        listener.Start();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.ReceiveBufferSize = 4096;
        client.Connect(listener.EndPoint);

        // More replies than both sockets hold, less than the pipe.
        string recipients = string.Concat(Enumerable.Repeat("RCPT TO:<b@there.example>\r\n", 800));
        client.Send(System.Text.Encoding.ASCII.GetBytes("EHLO x\r\nMAIL FROM:<>\r\n" + recipients));
        client.Shutdown(SocketShutdown.Send);
        await ListenerTests.WaitUntilAsync(() => fixture.Context.Counters is { SessionsOpened: 1, SessionsActive: 0 });

        fixture.Time.Advance(TimeSpan.FromSeconds(295));
        Assert.Equal(1, fixture.Context.Limits.Total);

        await ListenerTests.WaitUntilAsync(() =>
        {
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
            return fixture.Context.Limits.Total == 0;
        });
    }

    /// <summary>Connections whose sockets take nothing more until the client has read.</summary>
    private sealed class FullSockets(IConnectionListenerFactory inner) : IConnectionListenerFactory
    {
        public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken) =>
            new Listener(await inner.BindAsync(endpoint, cancellationToken));

        private sealed class Listener(IConnectionListener inner) : IConnectionListener
        {
            public EndPoint EndPoint => inner.EndPoint;

            public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken)
            {
                ConnectionContext? connection = await inner.AcceptAsync(cancellationToken);
                if (connection is not null)
                {
                    Fill(connection.Features.Get<IConnectionSocketFeature>()!.Socket);
                }

                return connection;
            }

            public ValueTask UnbindAsync(CancellationToken cancellationToken) => inner.UnbindAsync(cancellationToken);

            public ValueTask DisposeAsync() => inner.DisposeAsync();

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
        }
    }
}
