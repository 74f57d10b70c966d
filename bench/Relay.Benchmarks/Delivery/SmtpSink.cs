using System.Net;
using System.Net.Sockets;
using Relay.Testing;

namespace Relay.Benchmarks.Delivery;

/// <summary>
/// An SMTP server on loopback that says yes to everything; thousands of connections.
/// </summary>
internal sealed class SmtpSink : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public SmtpSink()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(4096);
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

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
                int used = dialogue.Consume(input.AsSpan(0, filled), output, out int written, out _);
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
}
