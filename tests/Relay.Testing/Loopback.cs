using System.Net;
using System.Net.Sockets;

namespace Relay.Testing;

/// <summary>What the machine has of loopback: all of 127.0.0.0/8 is taken for granted, <c>::1</c> is not.</summary>
public static class Loopback
{
    public const string NoIPv6 = "::1 is not there: IPv6 is switched off on this machine";

    /// <summary>
    /// Whether <c>::1</c> can be listened on. <see cref="Socket.OSSupportsIPv6"/> is true also where the kernel knows
    /// IPv6 and no interface has an address, as in most containers.
    /// </summary>
    public static bool HasIPv6 { get; } = CanBind(IPAddress.IPv6Loopback);

    private static bool CanBind(IPAddress address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
