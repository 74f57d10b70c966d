using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Relay.Server.Tests.Proxies;

/// <summary>Headers of the PROXY protocol, one character per octet.</summary>
internal static class ProxyWords
{
    public const string Signature = "\r\n\r\n\0\r\nQUIT\n";

    /// <summary>Version 1.</summary>
    public static string Line(string source, string destination = "192.0.2.25", string family = "TCP4") =>
        $"PROXY {family} {source} {destination} 40000 25\r\n";

    /// <summary>Version 2, with what a proxy may add behind the addresses.</summary>
    public static string Binary(string source, string destination, string more = "")
    {
        byte[] from = IPAddress.Parse(source).GetAddressBytes();
        byte[] to = IPAddress.Parse(destination).GetAddressBytes();
        return Binary(0x21, from.Length == 4 ? 0x11 : 0x21, Text(from) + Text(to) + "\u009C\u0040\0\u0019" + more);
    }

    /// <summary>Version 2 of any kind.</summary>
    public static string Binary(int command, int family, string rest)
    {
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)rest.Length);
        return $"{Signature}{(char)command}{(char)family}{Text(length)}{rest}";
    }

    /// <summary>What a proxy adds behind the addresses: type, length, value.</summary>
    public static string Extension(int type, string value) =>
        $"{(char)type}{(char)(value.Length >> 8)}{(char)(value.Length & 255)}{value}";

    /// <summary>PP2_TYPE_SSL, with a client's common name that nobody is to believe.</summary>
    /// <param name="client">PP2_CLIENT_SSL is 1, with a certificate 7.</param>
    public static string EndedTls(
        string version, string cipher = "ECDHE-RSA-AES256-GCM-SHA384", int client = 7) => Extension(
        0x20,
        $"{(char)client}\0\0\0\0{Extension(0x21, version)}{Extension(0x22, "admin")}"
        + (cipher.Length > 0 ? Extension(0x23, cipher) : string.Empty));

    /// <summary>Version 2 with PP2_TYPE_CRC32C between two other extensions.</summary>
    public static string Checksummed(string source, string destination, string before = "", string behind = "")
    {
        string octets = Binary(source, destination, before + Extension(0x03, "\0\0\0\0") + behind);
        byte[] sum = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(sum, Crc32C(Encoding.Latin1.GetBytes(octets)));
        int at = octets.Length - behind.Length - 4;
        return octets[..at] + Text(sum) + behind;
    }

    /// <summary>RFC 3720 §12.1, bit by bit.</summary>
    private static uint Crc32C(ReadOnlySpan<byte> octets)
    {
        uint crc = uint.MaxValue;
        foreach (byte octet in octets)
        {
            crc ^= octet;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
            }
        }

        return ~crc;
    }

    private static string Text(ReadOnlySpan<byte> octets) => Encoding.Latin1.GetString(octets);
}
