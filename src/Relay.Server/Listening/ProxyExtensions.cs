using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Relay.Server.Listening;

/// <summary>
/// What a proxy adds behind the addresses of a header of version 2 (HAProxy's "The PROXY protocol" §2.2): a checksum,
/// and TLS that it has ended. Everything else is passed over.
/// </summary>
internal static class ProxyExtensions
{
    private const int HeadLength = 3;
    private const byte ChecksumType = 0x03;
    private const byte TlsType = 0x20;
    private const byte TlsVersionType = 0x21;
    private const byte TlsCipherType = 0x23;

    /// <summary>The client's flags and the outcome of the verification come before what is told of TLS.</summary>
    private const int TlsHeadLength = 5;

    /// <summary>PP2_CLIENT_SSL: the client has spoken TLS on this very connection.</summary>
    private const byte ClientSpokeTls = 0x01;

    /// <param name="header">All of the header.</param>
    /// <param name="start">Where the addresses end.</param>
    /// <param name="tls">TLS that the proxy has ended, if it tells of any.</param>
    public static ProxyHeaderStatus TryRead(ReadOnlySpan<byte> header, int start, out ProxiedTls? tls)
    {
        tls = null;
        int checksumAt = 0;
        bool hasTls = false;
        ReadOnlySpan<byte> rest = header[start..];
        while (!rest.IsEmpty)
        {
            if (!TryTake(ref rest, out byte type, out ReadOnlySpan<byte> value))
            {
                return ProxyHeaderStatus.Malformed;
            }

            if (type == ChecksumType)
            {
                if (checksumAt > 0 || value.Length != sizeof(uint))
                {
                    return ProxyHeaderStatus.Malformed;
                }

                checksumAt = header.Length - rest.Length - sizeof(uint);
            }
            else if (type == TlsType)
            {
                if (hasTls || !TryReadTls(value, out tls))
                {
                    return ProxyHeaderStatus.Malformed;
                }

                hasTls = true;
            }
        }

        return checksumAt == 0 || HasChecksum(header, checksumAt)
            ? ProxyHeaderStatus.Complete
            : ProxyHeaderStatus.ChecksumWrong;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, out byte type, out ReadOnlySpan<byte> value)
    {
        type = rest[0];
        value = default;
        if (rest.Length < HeadLength)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
        if (rest.Length - HeadLength < length)
        {
            return false;
        }

        value = rest.Slice(HeadLength, length);
        rest = rest[(HeadLength + length)..];
        return true;
    }

    /// <summary>What is said of the client's certificate is not read: it would be the proxy's word alone.</summary>
    private static bool TryReadTls(ReadOnlySpan<byte> value, out ProxiedTls? tls)
    {
        tls = null;
        if (value.Length < TlsHeadLength)
        {
            return false;
        }

        string version = string.Empty;
        string cipher = string.Empty;
        ReadOnlySpan<byte> rest = value[TlsHeadLength..];
        while (!rest.IsEmpty)
        {
            if (!TryTake(ref rest, out byte type, out ReadOnlySpan<byte> text))
            {
                return false;
            }

            version = type == TlsVersionType ? Encoding.Latin1.GetString(text) : version;
            cipher = type == TlsCipherType ? Encoding.Latin1.GetString(text) : cipher;
        }

        tls = (value[0] & ClientSpokeTls) != 0 ? new ProxiedTls(version, cipher) : null;
        return true;
    }

    /// <summary>§2.2.3: CRC-32C of all of the header, with zeros in the checksum's place.</summary>
    private static bool HasChecksum(ReadOnlySpan<byte> header, int at)
    {
        uint crc = uint.MaxValue;
        for (int i = 0; i < header.Length; i++)
        {
            bool isChecksum = i >= at && i < at + sizeof(uint);
            crc = BitOperations.Crc32C(crc, isChecksum ? (byte)0 : header[i]);
        }

        return ~crc == BinaryPrimitives.ReadUInt32BigEndian(header[at..]);
    }
}
