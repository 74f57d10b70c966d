using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Server.Listening;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Listening;

/// <summary>
/// Backlog and buffers of one listener (Sendmail: Listen, SendBufferSize and ReceiveBufferSize of DaemonPortOptions), as
/// the kernel has them. It doubles sizes of buffers for its own use (socket(7)).
/// </summary>
public sealed class TunedEndPointTests
{
    private const int TcpInfo = 11;
    private const int Common = 4000;

    [Theory]
    [InlineData(0, Common)]
    [InlineData(7, 7)]
    [InlineData(2000, 2000)]
    public async Task The_backlog_is_that_of_the_listener_else_that_of_all(int backlog, int expected)
    {
        int most = int.Parse(
            await File.ReadAllTextAsync("/proc/sys/net/core/somaxconn"), System.Globalization.CultureInfo.InvariantCulture);
        await using Bound bound = await Bound.MakeAsync(new SmtpListenerOptions
        {
            EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            Backlog = backlog,
            ReceiveBufferSize = 50_000,
        });
        byte[] info = new byte[104];
        bound.ListenSocket!.GetRawSocketOption((int)SocketOptionLevel.Tcp, TcpInfo, info);
        Assert.Equal(Math.Min(expected, most), BinaryPrimitives.ReadInt32LittleEndian(info.AsSpan(28)));
    }

    [Fact]
    public async Task Connections_have_the_buffers_of_their_listener()
    {
        await using Bound plain = await Bound.MakeAsync(
            new SmtpListenerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) });
        await using Bound tuned = await Bound.MakeAsync(new SmtpListenerOptions
        {
            EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            SendBufferSize = 20_000,
            ReceiveBufferSize = 30_000,
        });
        Assert.Null(plain.ListenSocket); // the ordinary way
        Assert.Equal((40_000, 60_000), await tuned.SizesAsync());
        Assert.NotEqual((40_000, 60_000), await plain.SizesAsync());
    }

    [Fact]
    public async Task A_listener_with_buffers_of_its_own_takes_mail_and_tells_of_a_port_in_use()
    {
        SmtpListenerOptions options = LiveServer.Alone();
        await using LiveServer live = await LiveServer.StartAsync(Options(options.EndPoint));
        using (var client = new SocketClient(live.EndPoint))
        {
            Assert.StartsWith("220 ", client.ReadReply(), StringComparison.Ordinal);
        }

        await Assert.ThrowsAnyAsync<IOException>(() => LiveServer.StartAsync(Options(live.EndPoint)));
    }

    private static SmtpServerOptions Options(EndPoint endPoint) => new()
    {
        HostName = "mx.test",
        Listeners = [new SmtpListenerOptions { EndPoint = endPoint, Backlog = 9, SendBufferSize = 20_000 }],
    };

    /// <summary>A socket that the transport has bound for a listener.</summary>
    private sealed class Bound(IConnectionListener listener, Socket? listenSocket) : IAsyncDisposable
    {
        public Socket? ListenSocket => listenSocket;

        public static async Task<Bound> MakeAsync(SmtpListenerOptions options)
        {
            Socket? made = null;
            IConnectionListenerFactory transport = TransportServices.CreateTransport(
                transport =>
                {
                    transport.Backlog = Common;
                    transport.CreateBoundListenSocket = endPoint =>
                    {
                        Socket socket = TunedEndPoint.CreateSocket(endPoint);
                        made = endPoint is TunedEndPoint ? socket : null;
                        return socket;
                    };
                },
                new BlockMemoryPool(),
                NullLoggerFactory.Instance);
            IConnectionListener listener = await TunedEndPoint.BindAsync(
                transport, options.EndPoint, options, TestContext.Current.CancellationToken);
            return new Bound(listener, made);
        }

        /// <summary>SO_SNDBUF and SO_RCVBUF of an accepted connection.</summary>
        public async Task<(int Send, int Receive)> SizesAsync()
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(listener.EndPoint);
            await using ConnectionContext connection = (await listener.AcceptAsync())!;
            Socket socket = connection.Features.Get<IConnectionSocketFeature>()!.Socket;
            return (socket.SendBufferSize, socket.ReceiveBufferSize);
        }

        public async ValueTask DisposeAsync()
        {
            await listener.UnbindAsync();
            await listener.DisposeAsync();
        }
    }
}
