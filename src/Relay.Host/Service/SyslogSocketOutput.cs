using System.Net.Sockets;
using Relay.Logging.Outputs;

namespace Relay.Host.Service;

/// <summary>
/// One datagram per line to a syslog daemon's Unix-domain socket (RFC 3164's line, as syslog(3) sends it). A daemon
/// that is restarted is connected to again with the next line; one that does not read costs the log a second, never
/// the mail.
/// </summary>
internal sealed class SyslogSocketOutput(string path) : LogOutput
{
    public const string DefaultPath = "/dev/log";

    private const int SendTimeoutMilliseconds = 1000;

    private Socket? _socket;

    public override bool IsSyslogSocket => true;

    public override long Write(ReadOnlySpan<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            int end = lines.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = lines[..end];
            if (!TrySend(line) && !TrySend(line))
            {
                return CountLines(lines); // nobody there: the rest would not fare better
            }

            lines = lines[(end + 1)..];
        }

        return 0;
    }

    public override void Dispose() => Disconnect();

    private bool TrySend(ReadOnlySpan<byte> line)
    {
        try
        {
            _socket ??= Connect();
            _socket.Send(line);
            return true;
        }
        catch (SocketException)
        {
            Disconnect();
            return false;
        }
    }

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)
        {
            SendTimeout = SendTimeoutMilliseconds,
        };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Disconnect()
    {
        _socket?.Dispose();
        _socket = null;
    }
}
