using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Relay.Delivery.Tests;

/// <summary>
/// A server that answers in the middle of the content: once it has got a quarter of a megabyte of it, it replies, and
/// then reads on; at its end it refuses the content.
/// </summary>
internal sealed class EarlyExchanger : IAsyncDisposable
{
    private const int Enough = 256 * 1024;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] _reply;
    private readonly string _offer;
    private readonly Task _run;
    private int _connections;
    private int _dots;

    public EarlyExchanger(string reply, bool chunking)
    {
        _reply = Encoding.ASCII.GetBytes(reply + "\r\n");
        _offer = chunking ? "250-mx.test\r\n250 CHUNKING\r\n" : "250 mx.test\r\n";
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(16);
        _run = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Contents that were sent to their end.</summary>
    public int Dots => Volatile.Read(ref _dots);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _run;
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                using Socket socket = await _listener.AcceptAsync();
                Interlocked.Increment(ref _connections);
                await ServeAsync(socket);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // stopped
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync("220 mx.test\r\n"u8.ToArray());
            var line = new StringBuilder();
            byte[] buffer = new byte[4096];
            int length;
            while ((length = await stream.ReadAsync(buffer)) > 0)
            {
                int end = Array.IndexOf(buffer, (byte)'\n', 0, length);
                line.Append(Encoding.Latin1.GetString(buffer, 0, end < 0 ? length : end + 1));
                if (end < 0)
                {
                    continue;
                }

                string verb = line.ToString()[..4].ToUpperInvariant();
                line.Clear();
                if (verb is "DATA" or "BDAT")
                {
                    await ReceiveAsync(stream, verb);
                    return;
                }

                await stream.WriteAsync(Encoding.ASCII.GetBytes(verb == "EHLO" ? _offer : "250 2.0.0 Ok\r\n"));
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // the client went away
        }
    }

    private async Task ReceiveAsync(NetworkStream stream, string verb)
    {
        if (verb == "DATA")
        {
            await stream.WriteAsync("354 Go ahead\r\n"u8.ToArray());
        }

        byte[] buffer = new byte[64 * 1024];
        long received = 0;
        bool replied = false;
        string tail = string.Empty;
        int length;
        while ((length = await stream.ReadAsync(buffer)) > 0)
        {
            received += length;
            tail = (tail + Encoding.Latin1.GetString(buffer, 0, length))[^Math.Min(5, tail.Length + length)..];
            if (!replied && received >= Enough)
            {
                replied = true;
                await stream.WriteAsync(_reply);
            }

            if (tail == "\r\n.\r\n")
            {
                Interlocked.Increment(ref _dots);
                await stream.WriteAsync("550 5.7.1 Spam\r\n"u8.ToArray());
            }
            else if (tail == "UIT\r\n")
            {
                await stream.WriteAsync("221 2.0.0 Bye\r\n"u8.ToArray());
                return;
            }
        }
    }
}
