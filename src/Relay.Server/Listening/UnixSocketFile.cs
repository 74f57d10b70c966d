using System.Net.Sockets;

namespace Relay.Server.Listening;

/// <summary>
/// The file of a Unix-domain socket: left behind by a crash, it would keep the next start from binding.
/// </summary>
internal static class UnixSocketFile
{
    /// <summary>Removes the file if nobody listens on it.</summary>
    public static void RemoveStale(UnixDomainSocketEndPoint endPoint)
    {
        string path = endPoint.ToString();
        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(endPoint);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
        }
    }

    public static void Remove(UnixDomainSocketEndPoint endPoint) => File.Delete(endPoint.ToString());
}
