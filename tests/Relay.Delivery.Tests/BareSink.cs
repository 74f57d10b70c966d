using System.Net;
using System.Net.Sockets;
using Relay.Testing;

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
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // stopped
        }
    }

    private void Serve(Socket socket)
    {
        byte[] buffer = new byte[64 * 1024];
        byte[] output = new byte[64 * 1024];
        int filled = 0;
        var dialogue = new SinkDialogue();
        try
        {
            socket.Send(SinkDialogue.Greeting);
            while (true)
            {
                int received = socket.Receive(buffer.AsSpan(filled));
                if (received == 0)
                {
                    return;
                }

                filled += received;
                int used = dialogue.Consume(buffer.AsSpan(0, filled), output, out int written, out int messages);
                Interlocked.Add(ref _messages, messages);
                buffer.AsSpan(used, filled - used).CopyTo(buffer);
                filled -= used;
                if (written > 0)
                {
                    socket.Send(output.AsSpan(0, written));
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // stopped
        }
        catch (ObjectDisposedException)
        {
            // stopped
        }
    }
}
