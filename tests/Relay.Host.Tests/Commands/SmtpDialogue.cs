using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Relay.Host.Tests.Commands;

/// <summary>A client that says lines and reads replies.</summary>
internal sealed class SmtpDialogue : IAsyncDisposable
{
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;

    private SmtpDialogue(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(_stream, Encoding.UTF8);
    }

    /// <summary>Connects from an address of the loopback network and reads the greeting.</summary>
    public static async Task<SmtpDialogue> ConnectAsync(int port, string from = "127.0.0.1")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        var dialogue = new SmtpDialogue(socket);
        Assert.StartsWith("220 ", await dialogue.ReadAsync(), StringComparison.Ordinal);
        return dialogue;
    }

    /// <summary>Sends lines and returns the last line of the one reply.</summary>
    public async Task<string> SayAsync(string text)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(text + "\r\n"));
        return await ReadAsync();
    }

    /// <summary>Hands a message over and returns the reply to its end.</summary>
    public async Task<string> SendMailAsync(string from, string to, string content)
    {
        Assert.StartsWith("250", await SayAsync($"MAIL FROM:<{from}>"), StringComparison.Ordinal);
        string rcpt = await SayAsync($"RCPT TO:<{to}>");
        if (!rcpt.StartsWith("250", StringComparison.Ordinal))
        {
            return rcpt;
        }

        Assert.StartsWith("354", await SayAsync("DATA"), StringComparison.Ordinal);
        return await SayAsync(content + "\r\n.");
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _stream.DisposeAsync();
    }

    private async Task<string> ReadAsync()
    {
        while (true)
        {
            string line = await _reader.ReadLineAsync() ?? throw new IOException("the relay closed the connection");
            if (line.Length < 4 || line[3] != '-')
            {
                return line;
            }
        }
    }
}
