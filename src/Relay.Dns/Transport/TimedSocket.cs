using System.Net;
using System.Net.Sockets;

namespace Relay.Dns.Transport;

/// <summary>
/// A connected socket that its deadline closes: whoever waits on it then sees it closed. Connected UDP takes datagrams
/// of that server alone, from an unpredictable port of ours that the system chooses. Used by one exchange.
/// </summary>
internal sealed class TimedSocket : IDisposable
{
    private readonly ITimer _deadline;

    public TimedSocket(IPEndPoint server, bool isTcp, TimeProvider time, TimeSpan timeout)
    {
        Socket = new Socket(
            server.AddressFamily,
            isTcp ? SocketType.Stream : SocketType.Dgram,
            isTcp ? ProtocolType.Tcp : ProtocolType.Udp);
        _deadline = time.CreateTimer(
            static state => ((Socket)state!).Dispose(), Socket, timeout, Timeout.InfiniteTimeSpan);
    }

    public Socket Socket { get; }

    public void Dispose()
    {
        _deadline.Dispose();
        Socket.Dispose();
    }
}
