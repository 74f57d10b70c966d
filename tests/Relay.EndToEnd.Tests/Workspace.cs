using System.Net;
using System.Net.Sockets;

namespace Relay.EndToEnd.Tests;

/// <summary>A directory of its own for one test, deleted at the end, and free ports on loopback.</summary>
internal sealed class Workspace : IDisposable
{
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

    /// <summary>A port that was free a moment ago on the address.</summary>
    public static int FreePort(string address = "127.0.0.1")
    {
        var any = new IPEndPoint(IPAddress.Parse(address), 0);
        using var socket = new Socket(any.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(any);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
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
}
