using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Relay.Server.Listening;

/// <summary>Asks the kernel who is at the other end of a Unix-domain socket (Linux: unix(7), SO_PEERCRED).</summary>
public static class PeerCredentials
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>The process that connected and its user; null if the kernel does not tell.</summary>
    public static (int Process, uint User)? Of(Socket? socket)
    {
        if (socket is null || socket.AddressFamily != AddressFamily.Unix || !OperatingSystem.IsLinux())
        {
            return null;
        }

        Span<uint> credentials = stackalloc uint[3]; // struct ucred: pid, uid, gid
        try
        {
            int length = socket.GetRawSocketOption(SolSocket, SoPeerCred, MemoryMarshal.AsBytes(credentials));
            return length == 3 * sizeof(uint) ? ((int)credentials[0], credentials[1]) : null;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
