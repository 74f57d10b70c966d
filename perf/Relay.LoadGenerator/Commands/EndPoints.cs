using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Relay.LoadGenerator.Commands;

/// <summary>
/// Addresses on the command line: <c>127.0.0.1:2525</c>, <c>[::1]:2525</c>, <c>localhost:2525</c>, <c>:2525</c>
/// (loopback), <c>unix:/path</c>, and <c>127.0.1.1+50:2525</c> for fifty consecutive IPv4 addresses.
/// </summary>
internal static class EndPoints
{
    internal static IEnumerable<EndPoint> Parse(string text)
    {
        if (text.StartsWith("unix:", StringComparison.Ordinal))
        {
            return [new UnixDomainSocketEndPoint(text[5..])];
        }

        string address = text.StartsWith("inet:", StringComparison.Ordinal) ? text[5..] : text;
        int colon = address.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture,
            out ushort port))
        {
            throw new FormatException($"'{text}' is not address:port or unix:path");
        }

        string host = address[..colon];
        int plus = host.IndexOf('+');
        int count = plus < 0 ? 1 : int.Parse(host[(plus + 1)..], NumberStyles.None, CultureInfo.InvariantCulture);
        IPAddress first = Resolve(plus < 0 ? host : host[..plus], text);
        return Enumerable.Range(0, count).Select(offset => new IPEndPoint(Add(first, offset, text), port));
    }

    private static IPAddress Resolve(string host, string text)
    {
        if (host is "" or "localhost")
        {
            return IPAddress.Loopback;
        }

        if (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address))
        {
            return address;
        }

        try
        {
            return Dns.GetHostAddresses(host)[0];
        }
        catch (SocketException error)
        {
            throw new FormatException($"'{text}': {error.Message}", error);
        }
    }

    private static IPAddress Add(IPAddress first, int offset, string text)
    {
        if (offset == 0)
        {
            return first;
        }

        byte[] bytes = first.GetAddressBytes();
        if (bytes.Length != 4)
        {
            throw new FormatException($"'{text}': a range needs an IPv4 address");
        }

        uint number = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes) + (uint)offset;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
