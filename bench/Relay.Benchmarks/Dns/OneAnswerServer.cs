using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Relay.Benchmarks.Dns;

/// <summary>A name server on loopback with one answer, 192.0.2.1 for a day, to whatever it is asked.</summary>
internal sealed class OneAnswerServer : IDisposable
{
    private const int HeaderLength = 12;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public OneAnswerServer()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        new Thread(Serve) { IsBackground = true }.Start();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    public void Dispose() => _socket.Dispose();

    private void Serve()
    {
        byte[] buffer = new byte[512];
        EndPoint client = new IPEndPoint(IPAddress.Any, 0);
        try
        {
            while (true)
            {
                int length = _socket.ReceiveFrom(buffer, ref client);
                _socket.SendTo(buffer, Answer(buffer, length), SocketFlags.None, client);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Disposed of.
        }
    }

    /// <summary>Turns the question in the buffer into its answer: the question again, and one A record.</summary>
    private static int Answer(byte[] buffer, int length)
    {
        int end = HeaderLength + buffer.AsSpan(HeaderLength, length - HeaderLength).IndexOf((byte)0) + 5;
        buffer[2] |= 0x80; // a response
        buffer[3] = 0x80; // recursion available, no error
        BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(6), 1);
        BinaryPrimitives.WriteUInt32BigEndian(buffer.AsSpan(8), 0);
        ReadOnlySpan<byte> record = [0xC0, HeaderLength, 0, 1, 0, 1, 0, 1, 0x51, 0x80, 0, 4, 192, 0, 2, 1];
        record.CopyTo(buffer.AsSpan(end));
        return end + record.Length;
    }
}
