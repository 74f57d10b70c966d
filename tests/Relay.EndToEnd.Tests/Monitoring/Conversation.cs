using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Relay.EndToEnd.Tests.Monitoring;

/// <summary>A client that says lines as they are, whatever the answers.</summary>
internal sealed class Conversation : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly Socket _socket;
    private readonly StreamReader _reader;

    private Conversation(Socket socket)
    {
        _socket = socket;
        _reader = new StreamReader(new NetworkStream(socket), Encoding.ASCII);
    }

    /// <summary>Connects from an address of this machine's loopback network.</summary>
    public static async Task<Conversation> BeginAsync(int port, string from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new Conversation(socket);
    }

    public async Task WriteAsync(string text) => await _socket.SendAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>Says a line, if any, and returns the last line of the answer; empty if the server hung up.</summary>
    public async Task<string> SayAsync(string? line)
    {
        if (line is not null)
        {
            await WriteAsync(line + "\r\n");
        }

        using var deadline = new CancellationTokenSource(Deadline);
        string? answer;
        do
        {
            answer = await _reader.ReadLineAsync(deadline.Token);
        }
        while (answer is [_, _, _, '-', ..]);
        return answer ?? string.Empty;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _socket.Dispose();
    }
}
