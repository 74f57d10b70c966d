using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Relay.Server.Listening;

/// <summary>
/// What a proxy says of a connection before its first octet (HAProxy's "The PROXY protocol", versions 1 and 2).
/// </summary>
/// <param name="IsLocal">The proxy speaks for itself, to see whether we live (version 2: LOCAL).</param>
/// <param name="Source">The client; null if the proxy does not know it, or it has no IP address.</param>
/// <param name="Destination">What the client connected to; null with the source.</param>
/// <param name="Tls">
/// What the client spoke with the proxy, which has ended it; null for none, or without source.
/// </param>
internal readonly record struct ProxyHeader(
    bool IsLocal, IPEndPoint? Source, IPEndPoint? Destination, ProxiedTls? Tls = null)
{
    /// <summary>§2.1: "the longest line is 107 characters" with its CRLF.</summary>
    private const int LineMax = 107;

    private const int FixedLength = 16;
    private const int InternetLength = 12;
    private const int Internet6Length = 36;
    private const int UnixLength = 216;

    /// <summary>Of what follows the fixed part; §2.2.6 expects all of it within a first packet.</summary>
    private const int RestMax = 4096;

    private static ReadOnlySpan<byte> LineStart => "PROXY "u8;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Reads a header of either version.</summary>
    /// <param name="input">The connection's first octets.</param>
    /// <param name="length">The header's, if it is complete; what follows is the client's.</param>
    public static ProxyHeaderStatus TryRead(
        in ReadOnlySequence<byte> input, out ProxyHeader header, out long length)
    {
        header = default;
        length = 0;
        Span<byte> scratch = stackalloc byte[LineMax];
        int count = (int)Math.Min(input.Length, LineMax);
        input.Slice(0, count).CopyTo(scratch);
        ReadOnlySpan<byte> head = scratch[..count];
        if (StartsAs(head, LineStart))
        {
            return TryReadLine(head, out header, out length);
        }

        if (!StartsAs(head, Signature))
        {
            return ProxyHeaderStatus.Malformed;
        }

        return head.Length < FixedLength ? ProxyHeaderStatus.NeedMoreData
            : TryReadBinary(head, input, out header, out length);
    }

    private static bool StartsAs(ReadOnlySpan<byte> head, ReadOnlySpan<byte> start)
    {
        int common = Math.Min(head.Length, start.Length);
        return head[..common].SequenceEqual(start[..common]);
    }

    /// <summary><c>PROXY TCP4 192.0.2.1 192.0.2.2 40000 25</c>.</summary>
    private static ProxyHeaderStatus TryReadLine(ReadOnlySpan<byte> head, out ProxyHeader header, out long length)
    {
        header = default;
        int end = head.IndexOf("\r\n"u8);
        length = end + 2;
        if (end < 0)
        {
            return head.Length < LineMax ? ProxyHeaderStatus.NeedMoreData : ProxyHeaderStatus.Malformed;
        }

        string[] words = Encoding.ASCII.GetString(head[..end]).Split(' ');
        if (words[1] == "UNKNOWN")
        {
            return ProxyHeaderStatus.Complete; // whatever else the line says (§2.1)
        }

        AddressFamily? family = words[1] switch
        {
            "TCP4" => AddressFamily.InterNetwork,
            "TCP6" => AddressFamily.InterNetworkV6,
            _ => null,
        };
        if (family is not { } wanted || words.Length != 6
            || !TryEndPoint(words[2], words[4], wanted, out IPEndPoint? source)
            || !TryEndPoint(words[3], words[5], wanted, out IPEndPoint? destination))
        {
            return ProxyHeaderStatus.Malformed;
        }

        header = new ProxyHeader(IsLocal: false, source, destination);
        return ProxyHeaderStatus.Complete;
    }

    private static bool TryEndPoint(string address, string port, AddressFamily family, out IPEndPoint? endPoint)
    {
        endPoint = null;
        if (!IPAddress.TryParse(address, out IPAddress? parsed) || parsed.AddressFamily != family
            || (family == AddressFamily.InterNetwork && parsed.ToString() != address)
            || address.AsSpan().ContainsAny('%', '[', '/')
            || !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number))
        {
            return false;
        }

        endPoint = new IPEndPoint(parsed, number);
        return true;
    }

    private static ProxyHeaderStatus TryReadBinary(
        ReadOnlySpan<byte> head, in ReadOnlySequence<byte> input, out ProxyHeader header, out long length)
    {
        header = default;
        int rest = BinaryPrimitives.ReadUInt16BigEndian(head[14..]);
        length = FixedLength + rest;
        bool isLocal = head[12] == 0x20;
        if ((!isLocal && head[12] != 0x21) || rest > RestMax)
        {
            return ProxyHeaderStatus.Malformed;
        }

        int family = head[13];
        bool namesClient = !isLocal && family is 0x11 or 0x21;
        int addresses = AddressesLength(family);
        if (namesClient && rest < addresses)
        {
            return ProxyHeaderStatus.Malformed;
        }

        if (input.Length < length)
        {
            return ProxyHeaderStatus.NeedMoreData;
        }

        if (addresses < 0 || rest < addresses)
        {
            header = new ProxyHeader(isLocal, null, null);
            return ProxyHeaderStatus.Complete;
        }

        Span<byte> scratch = stackalloc byte[FixedLength + RestMax];
        Span<byte> all = scratch[..(int)length];
        input.Slice(0, length).CopyTo(all);
        ProxyHeaderStatus status = ProxyExtensions.TryRead(all, FixedLength + addresses, out ProxiedTls? tls);
        if (isLocal && status != ProxyHeaderStatus.ChecksumWrong)
        {
            header = new ProxyHeader(isLocal, null, null);
            return ProxyHeaderStatus.Complete; // whatever else it says (§2.2)
        }

        if (status == ProxyHeaderStatus.Complete && namesClient)
        {
            int size = (addresses - 4) / 2;
            ReadOnlySpan<byte> both = all.Slice(FixedLength, addresses);
            header = new ProxyHeader(
                IsLocal: false,
                new IPEndPoint(new IPAddress(both[..size]), BinaryPrimitives.ReadUInt16BigEndian(both[(2 * size)..])),
                new IPEndPoint(
                    new IPAddress(both.Slice(size, size)),
                    BinaryPrimitives.ReadUInt16BigEndian(both[(2 * size + 2)..])),
                tls);
        }

        return status;
    }

    /// <summary>Octets of addresses of a family and transport; -1 for those that the protocol does not have.</summary>
    private static int AddressesLength(int family) => family switch
    {
        0x00 => 0,
        0x11 or 0x12 => InternetLength,
        0x21 or 0x22 => Internet6Length,
        0x31 or 0x32 => UnixLength,
        _ => -1,
    };
}
