using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Relay.Server.Listening;

/// <summary>
/// An endpoint to bind with a backlog and socket buffers of its own, which the transport knows for all its listeners
/// alone. Used for one binding.
/// </summary>
internal sealed class TunedEndPoint(EndPoint endPoint, SmtpListenerOptions options) : EndPoint
{
    /// <summary>The listening socket, once it is bound.</summary>
    public Socket? Socket { get; private set; }

    public override AddressFamily AddressFamily => endPoint.AddressFamily;

    /// <summary>Binds with what the listener wants; inherited sockets are as their owner made them.</summary>
    /// <inheritdoc cref="IConnectionListenerFactory.BindAsync"/>
    public static async ValueTask<IConnectionListener> BindAsync(
        IConnectionListenerFactory transport,
        EndPoint endPoint,
        SmtpListenerOptions options,
        CancellationToken cancellation)
    {
        if (endPoint is FileHandleEndPoint
            || options is { Backlog: 0, SendBufferSize: 0, ReceiveBufferSize: 0 })
        {
            return await transport.BindAsync(endPoint, cancellation);
        }

        var tuned = new TunedEndPoint(endPoint, options);
        IConnectionListener listener = await transport.BindAsync(tuned, cancellation);
        if (options.Backlog > 0)
        {
            tuned.Socket!.Listen(options.Backlog); // listen(2) again: the last one counts
        }

        return listener;
    }

    /// <summary>Makes the transport's listening sockets; they are not listening yet.</summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public static Socket CreateSocket(EndPoint endPoint) => endPoint is TunedEndPoint tuned
        ? tuned.CreateSocket()
        : SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);

    public override string ToString() => endPoint.ToString()!;

    /// <summary>Connections inherit the sizes, and announce windows by them: so they are set before it listens.</summary>
    private Socket CreateSocket()
    {
        Socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        if (options.SendBufferSize > 0)
        {
            Socket.SendBufferSize = options.SendBufferSize;
        }

        if (options.ReceiveBufferSize > 0)
        {
            Socket.ReceiveBufferSize = options.ReceiveBufferSize;
        }

        return Socket;
    }
}
