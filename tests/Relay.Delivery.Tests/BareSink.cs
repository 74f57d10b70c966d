using System.Net;
using System.Net.Sockets;

namespace Relay.Delivery.Tests;

/// <summary>
/// An SMTP server that says yes to everything, a thread per connection with blocking calls, and allocates nothing once
/// connections are up: for measuring what is on the other side of the socket.
/// </summary>
internal sealed class BareSink : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _sockets = [];
    private readonly Lock _lock = new();
    private long _messages;

    public BareSink()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(128);
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public long Messages => Volatile.Read(ref _messages);

    public void Dispose()
    {
        _listener.Dispose();
        lock (_lock)
        {
            _sockets.ForEach(static s => s.Dispose());
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket socket = _listener.Accept();
                socket.NoDelay = true;
                lock (_lock)
                {
                    _sockets.Add(socket);
                }

                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
            // stopped
        }
    }

    private void Serve(Socket socket)
    {
        byte[] buffer = new byte[64 * 1024];
        byte[] output = new byte[64 * 1024];
        int filled = 0;
        bool inData = false;
        try
        {
            socket.Send("220 sink.test ESMTP\r\n"u8);
            while (true)
            {
                int received = socket.Receive(buffer.AsSpan(filled));
                if (received == 0)
                {
                    return;
                }

                filled += received;
                int written = 0;
                int used = Consume(buffer.AsSpan(0, filled), output, ref written, ref inData);
                buffer.AsSpan(used, filled - used).CopyTo(buffer);
                filled -= used;
                if (written > 0)
                {
                    socket.Send(output.AsSpan(0, written));
                }
            }
        }
        catch (SocketException)
        {
            // stopped
        }
        catch (ObjectDisposedException)
        {
            // stopped
        }
    }

    private int Consume(ReadOnlySpan<byte> input, Span<byte> output, ref int written, ref bool inData)
    {
        int used = 0;
        while (true)
        {
            ReadOnlySpan<byte> rest = input[used..];
            if (inData)
            {
                int end = rest.IndexOf("\r\n.\r\n"u8);
                if (end < 0)
                {
                    return used;
                }

                used += end + 5;
                inData = false;
                Interlocked.Increment(ref _messages);
                Write("250 2.0.0 Ok\r\n"u8, output, ref written);
                continue;
            }

            int line = rest.IndexOf((byte)'\n');
            if (line < 0)
            {
                return used;
            }

            used += line + 1;
            inData = rest[0] == (byte)'D';
            Write(
                inData ? "354 Go\r\n"u8
                : rest[0] == (byte)'E' ? "250-sink.test\r\n250-PIPELINING\r\n250-SIZE\r\n250 8BITMIME\r\n"u8
                : "250 2.0.0 Ok\r\n"u8,
                output,
                ref written);
        }
    }

    private static void Write(ReadOnlySpan<byte> reply, Span<byte> output, ref int written)
    {
        reply.CopyTo(output[written..]);
        written += reply.Length;
    }
}
