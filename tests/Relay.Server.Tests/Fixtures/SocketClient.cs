using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Relay.Server.Tests.Fixtures;

/// <summary>A blocking SMTP client on a real socket. Waits at most a minute for anything.</summary>
internal sealed class SocketClient : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private string _heard = string.Empty;

    public SocketClient(EndPoint server, IPAddress? from = null)
    {
        _socket = server is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.ReceiveTimeout = 60_000;
        _socket.SendTimeout = 60_000;
        if (from is not null)
        {
            _socket.Bind(new IPEndPoint(from, 0));
        }

        _socket.Connect(server);
    }

    public void Send(string text) => _socket.Send(Encoding.Latin1.GetBytes(text));

    /// <summary>The next reply, all lines of it.</summary>
    public string ReadReply()
    {
        while (true)
        {
            int start = 0;
            for (int end = _heard.IndexOf("\r\n", StringComparison.Ordinal); end >= 0;
                end = _heard.IndexOf("\r\n", start, StringComparison.Ordinal))
            {
                bool last = end - start < 4 || _heard[start + 3] == ' ';
                start = end + 2;
                if (last)
                {
                    string reply = _heard[..start];
                    _heard = _heard[start..];
                    return reply;
                }
            }

            int count = _socket.Receive(_buffer);
            if (count == 0)
            {
                throw new EndOfStreamException($"closed after: {_heard}");
            }

            _heard += Encoding.Latin1.GetString(_buffer, 0, count);
        }
    }

    public string Say(string text)
    {
        Send(text);
        return ReadReply();
    }

    /// <summary>True if the server closes without saying more.</summary>
    public bool IsClosedByServer()
    {
        try
        {
            return _heard.Length == 0 && _socket.Receive(_buffer) == 0;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    /// <summary>Ends the client's side: it says no more, and reads on.</summary>
    public void EndSide() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>All that the server says until it closes.</summary>
    public string ReadToEnd()
    {
        while (_socket.Receive(_buffer) is var count and > 0)
        {
            _heard += Encoding.Latin1.GetString(_buffer, 0, count);
        }

        return _heard;
    }

    /// <summary>Goes away without a word: the server gets a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    /// <summary>True if nothing was said so far.</summary>
    public bool IsSilent => _heard.Length == 0 && _socket.Available == 0;

    public void Dispose() => _socket.Dispose();
}
