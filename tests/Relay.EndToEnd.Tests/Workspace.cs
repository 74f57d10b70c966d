using System.Net;
using System.Net.Sockets;

namespace Relay.EndToEnd.Tests;

/// <summary>A directory of its own for one test, deleted at the end, and free ports on loopback.</summary>
internal sealed class Workspace : IDisposable
{
    // Below the ports that the system gives out by itself (ip_local_port_range): none of those is somebody's before the
    // program that is to listen there has started.
    private const int FirstPort = 10_240;
    private const int BlockSize = 200;
    private const int BlockCount = 100;

    private static readonly Lock PortLock = new();

    /// <summary>Each listens on the first port of a block and so keeps the block from other test programs.</summary>
    private static readonly List<Socket> Claims = [];

    private static int _nextPort, _endOfBlock;

    public Workspace()
    {
        Root = Directory.CreateTempSubdirectory("relay-e2e-").FullName;
    }

    public string Root { get; }

    public string PathOf(string name) => Path.Combine(Root, name);

    public string Write(string name, string text)
    {
        string path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>
    /// A port that was free a moment ago on the address, and is given out once only, by this program and by others that
    /// run these tests at the same time.
    /// </summary>
    public static int FreePort(string address = "127.0.0.1")
    {
        while (true)
        {
            int port = NextPort();
            if (TryListen(IPAddress.Parse(address), port) is { } socket)
            {
                socket.Dispose();
                return port;
            }
        }
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (IOException)
        {
            // A killed program may still be letting go of a file; the directory is in the temporary folder.
        }
    }

    private static int NextPort()
    {
        lock (PortLock)
        {
            while (_nextPort == _endOfBlock)
            {
                int first = FirstPort + (Random.Shared.Next(BlockCount) * BlockSize);
                if (TryListen(IPAddress.Loopback, first) is { } claim)
                {
                    Claims.Add(claim);
                    (_nextPort, _endOfBlock) = (first + 1, first + BlockSize);
                }
            }

            return _nextPort++;
        }
    }

    /// <returns>Null if the port is somebody's.</returns>
    private static Socket? TryListen(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(); // several may be bound, one listens
            return socket;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            return null;
        }
    }
}
