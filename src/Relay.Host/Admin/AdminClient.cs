using System.Net.Sockets;
using System.Text;

namespace Relay.Host.Admin;

/// <summary>Asks a running relay. One request at a time.</summary>
internal sealed class AdminClient : IDisposable
{
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;

    private AdminClient(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(_stream, Encoding.UTF8);
    }

    /// <exception cref="IOException">No relay listens there, or it is another user's.</exception>
    public static async Task<AdminClient> ConnectAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            throw new IOException($"{path}: no such socket");
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new AdminClient(socket);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new IOException($"{path}: {exception.Message}", exception);
        }
    }

    /// <summary>Sends the request and hands each line with a JSON object over as it comes.</summary>
    /// <returns>What the relay says went wrong, or null.</returns>
    /// <exception cref="IOException">The relay went away before the answer ended.</exception>
    public async Task<string?> AskAsync(string request, Action<string> onLine, CancellationToken cancellation)
    {
        try
        {
            await _stream.WriteAsync(Encoding.UTF8.GetBytes(request + "\n"), cancellation);
        }
        catch (IOException)
        {
            // It went away; maybe it has said why.
        }

        while (await _reader.ReadLineAsync(cancellation) is { } line)
        {
            if (line.StartsWith('{'))
            {
                onLine(line);
            }
            else if (line == "ok")
            {
                return null;
            }
            else
            {
                return line.StartsWith("error ", StringComparison.Ordinal) ? line["error ".Length..] : line;
            }
        }

        throw new IOException("the relay closed the connection before the end of its answer");
    }

    public void Dispose()
    {
        _reader.Dispose();
        _stream.Dispose();
    }
}
