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
        return Binary(0x21, from.Length == 4 ? 0x11 : 0x21, Text(from) + Text(to) + "\x9C\x40\0\x19" + more);
    }

    /// <summary>Version 2 of any kind.</summary>
    public static string Binary(int command, int family, string rest)
    {
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)rest.Length);
        return $"{Signature}{(char)command}{(char)family}{Text(length)}{rest}";
    }

    private static string Text(ReadOnlySpan<byte> octets) => Encoding.Latin1.GetString(octets);
}
