using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Relay.EndToEnd.Tests.Seeds;

/// <summary>An SMTP client on an address of its own that says lines and keeps whole replies.</summary>
internal sealed class SeedClient : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;

    private SeedClient(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(_stream, Encoding.Latin1);
    }

    /// <summary>The greeting, or what came instead.</summary>
    public string Greeting { get; private set; } = string.Empty;

    /// <param name="port">The relay's.</param>
    /// <param name="from">The client's address.</param>
    /// <param name="hello">The client's name in EHLO; null to say nothing.</param>
    /// <param name="tooEarly">What it says before it is greeted, or null.</param>
    /// <param name="to">The relay's address.</param>
    public static async Task<SeedClient> ConnectAsync(
        int port, string from, string? hello, string? tooEarly = null, string to = "127.0.0.1")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(to), port));
        var client = new SeedClient(socket);
        if (tooEarly is not null)
        {
            await client.WriteAsync(tooEarly);
        }

        client.Greeting = await client.ReadAsync();
        if (hello is not null)
        {
            Assert.StartsWith("250", await client.SayAsync($"EHLO {hello}"), StringComparison.Ordinal);
        }

        return client;
    }

    /// <summary>Speaks for a client of another address from here on (XCLIENT) and hears its greeting.</summary>
    /// <param name="address">The client's.</param>
    /// <param name="hello">The client's name in EHLO; null to say nothing.</param>
    /// <param name="login">Who has authenticated; null for nobody.</param>
    public async Task BecomeAsync(string address, string? hello, string? login = null)
    {
        string prefix = address.Contains(':', StringComparison.Ordinal) ? "IPV6:" : string.Empty;
        string who = login is null ? string.Empty : $" LOGIN={login}";
        Greeting = await SayAsync($"XCLIENT ADDR={prefix}{address}{who}");
        if (hello is not null && Greeting.StartsWith("220", StringComparison.Ordinal))
        {
            Assert.StartsWith("250", await SayAsync($"EHLO {hello}"), StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// MAIL and RCPT in a transaction of their own; returns the first refusal, else the reply to RCPT.
    /// </summary>
    public async Task<string> OfferAsync(string sender, string recipient)
    {
        await SayAsync("RSET");
        string reply = await SayAsync($"MAIL FROM:<{sender}>");
        return reply[0] == '2' ? await SayAsync($"RCPT TO:<{recipient}>") : reply;
    }

    /// <summary>Sends one line and returns the whole reply, its lines joined by line feeds.</summary>
    public async Task<string> SayAsync(string line)
    {
        await WriteAsync(line);
        return await ReadAsync();
    }

    /// <summary>MAIL, then one RCPT each; returns the last reply.</summary>
    public async Task<string> AddressAsync(string sender, params string[] recipients)
    {
        await SayAsync("RSET");
        string reply = await SayAsync($"MAIL FROM:<{sender}>");
        Assert.Equal("250 2.1.0", reply[..Math.Min(9, reply.Length)]);
        foreach (string recipient in recipients)
        {
            reply = await SayAsync($"RCPT TO:<{recipient}>");
        }

        return reply;
    }

    /// <summary>Hands a message over for recipients that must all be accepted.</summary>
    public async Task SendAsync(string sender, string[] recipients, string content = "Subject: x\r\n\r\nx")
    {
        await SayAsync("RSET");
        Assert.StartsWith("250 2.1.0 ", await SayAsync($"MAIL FROM:<{sender}>"), StringComparison.Ordinal);
        foreach (string recipient in recipients)
        {
            Assert.Equal($"250 2.1.5 <{recipient}>... Recipient ok", await SayAsync($"RCPT TO:<{recipient}>"));
        }

        await SendContentAsync(content);
    }

    /// <summary>DATA for the recipients accepted so far.</summary>
    public async Task SendContentAsync(string content = "Subject: x\r\n\r\nx")
    {
        Assert.StartsWith("354", await SayAsync("DATA"), StringComparison.Ordinal);
        Assert.StartsWith("250 2.0.0 ", await SayAsync(content + "\r\n."), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _stream.DisposeAsync();
    }

    private async Task WriteAsync(string line) => await _stream.WriteAsync(Encoding.Latin1.GetBytes(line + "\r\n"));

    private async Task<string> ReadAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var reply = new List<string>();
        while (reply.Count == 0 || (reply[^1].Length > 3 && reply[^1][3] == '-'))
        {
            reply.Add(await _reader.ReadLineAsync(deadline.Token) ?? throw new IOException(
                $"the relay closed the connection behind \"{string.Join('\n', reply)}\""));
        }

        return string.Join('\n', reply);
    }
}
