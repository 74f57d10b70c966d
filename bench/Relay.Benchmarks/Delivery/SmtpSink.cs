using System.Net;
using System.Net.Sockets;
using Relay.Testing;

namespace Relay.Benchmarks.Delivery;

/// <summary>
/// An SMTP server on loopback that says yes to everything and counts messages; thousands of connections.
/// </summary>
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
        var dialogue = new SinkDialogue();
        try
        {
            await socket.SendAsync(SinkDialogue.Greeting.ToArray());
            while (await socket.ReceiveAsync(input.AsMemory(filled)) is > 0 and int received)
            {
                filled += received;
                int used = dialogue.Consume(input.AsSpan(0, filled), output, out int written, out int messages);
                Count(messages);
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

    private void Count(int messages)
    {
        long all = Interlocked.Add(ref _messages, messages);
        long target = Volatile.Read(ref _target);
        if (all >= target && all - messages < target)
        {
            _reached.TrySetResult();
        }
    }
}
