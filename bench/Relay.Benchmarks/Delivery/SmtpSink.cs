using System.Net;
using System.Net.Sockets;

namespace Relay.Benchmarks.Delivery;

/// <summary>An SMTP server on loopback that says yes to everything and counts messages; thousands of connections.</summary>
internal sealed class SmtpSink : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _messages;
    private long _target = long.MaxValue;

    public SmtpSink()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(4096);
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Completes once so many more messages have come; call it before they are sent, one at a time.</summary>
    public Task After(int count)
    {
        _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _target, Volatile.Read(ref _messages) + count);
        return _reached.Task;
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync();
                socket.NoDelay = true;
                _ = ServeAsync(socket);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Disposed of.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        byte[] input = new byte[8 * 1024];
        byte[] output = new byte[4 * 1024];
        int filled = 0;
        bool inData = false;
        try
        {
            await socket.SendAsync("220 sink.test ESMTP\r\n"u8.ToArray());
            while (await socket.ReceiveAsync(input.AsMemory(filled)) is > 0 and int received)
            {
                filled += received;
                int used = Consume(input.AsSpan(0, filled), output, out int written, ref inData);
                input.AsSpan(used, filled - used).CopyTo(input);
                filled -= used;
                if (written > 0)
                {
                    await socket.SendAsync(output.AsMemory(0, written));
                }
            }
        }
        catch (SocketException)
        {
            // The client went away.
        }
        finally
        {
            socket.Dispose();
        }
    }

    /// <summary>Answers what is there in full; returns how much of the input that was.</summary>
    private int Consume(ReadOnlySpan<byte> input, Span<byte> output, out int written, ref bool inData)
    {
        int used = 0;
        written = 0;
        while (true)
        {
            ReadOnlySpan<byte> rest = input[used..];
            if (inData)
            {
                int end = rest.IndexOf("\r\n.\r\n"u8);
                if (end < 0)
                {
                    return used + Math.Max(0, rest.Length - 4); // what may be the beginning of the end is kept
                }

                used += end + 5;
                inData = false;
                Count();
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
                : rest[0] == (byte)'E' ? "250-sink.test\r\n250-PIPELINING\r\n250 8BITMIME\r\n"u8
                : "250 2.0.0 Ok\r\n"u8,
                output,
                ref written);
        }
    }

    private void Count()
    {
        if (Interlocked.Increment(ref _messages) == Volatile.Read(ref _target))
        {
            _reached.TrySetResult();
        }
    }

    private static void Write(ReadOnlySpan<byte> reply, Span<byte> output, ref int written)
    {
        reply.CopyTo(output[written..]);
        written += reply.Length;
    }
}
