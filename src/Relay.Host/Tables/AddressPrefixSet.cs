using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Relay.Host.Tables;

/// <summary>
/// Client addresses and prefixes on octet borders (<c>192.168.2</c>) or, with <c>IPv6:</c> before them, on group
/// borders.
/// Immutable once filled; a lookup probes each possible length once and allocates nothing.
/// </summary>
internal sealed class AddressPrefixSet
{
    private const string IPv6Tag = "ipv6:";

    private static readonly SearchValues<char> IPv4Characters = SearchValues.Create("0123456789./");
    private static readonly SearchValues<char> IPv6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    private readonly HashSet<(uint Bits, int Octets)> _ipv4 = [];
    private readonly HashSet<(UInt128 Bits, int Groups)> _ipv6 = [];

    public int Count => _ipv4.Count + _ipv6.Count;

    /// <summary>True if the key is meant as an address or prefix, well-formed or not, and not as a domain.</summary>
    public static bool IsAddressLike(string key) =>
        key.StartsWith(IPv6Tag, StringComparison.OrdinalIgnoreCase)
        || key.Contains(':', StringComparison.Ordinal)
        || (key.Length > 0 && !key.AsSpan().ContainsAnyExcept(IPv4Characters));

    public bool TryAdd(string key, out string error)
    {
        if (key.Contains('/', StringComparison.Ordinal))
        {
            error = $"\"{key}\": networks are given as prefixes on octet borders such as 192.168.2, not with a mask";
            return false;
        }

        if (key.StartsWith(IPv6Tag, StringComparison.OrdinalIgnoreCase))
        {
            return TryAddIPv6(key[IPv6Tag.Length..], out error);
        }

        if (key.Contains(':', StringComparison.Ordinal))
        {
            error = $"\"{key}\": an IPv6 address is written with IPv6: before it";
            return false;
        }

        return TryAddIPv4(key, out error);
    }

    public bool Contains(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        if (!address.TryWriteBytes(octets, out int count))
        {
            return false;
        }

        return count == 4 ? ContainsIPv4(octets[..4]) : ContainsIPv6(octets);
    }

    private bool ContainsIPv4(ReadOnlySpan<byte> octets)
    {
        uint bits = BinaryPrimitives.ReadUInt32BigEndian(octets);
        for (int length = 4; length >= 1 && _ipv4.Count > 0; length--)
        {
            if (_ipv4.Contains((bits & (uint.MaxValue << (32 - (8 * length))), length)))
            {
                return true;
            }
        }

        return false;
    }

    private bool ContainsIPv6(ReadOnlySpan<byte> octets)
    {
        UInt128 bits = BinaryPrimitives.ReadUInt128BigEndian(octets);
        for (int groups = 8; groups >= 1 && _ipv6.Count > 0; groups--)
        {
            if (_ipv6.Contains((bits & (UInt128.MaxValue << (128 - (16 * groups))), groups)))
            {
                return true;
            }
        }

        return false;
    }

    private bool TryAddIPv4(string key, out string error)
    {
        string[] parts = key.Split('.');
        uint bits = 0;
        error = $"\"{key}\" is not an IPv4 address or a prefix of one such as 192.168.2";
        if (parts.Length > 4)
        {
            return false;
        }

        if (parts[^1].Length == 0)
        {
            error += " (without a dot at its end)";
            return false;
        }

        foreach (string part in parts)
        {
            if (part.Length is 0 or > 3 || (part.Length > 1 && part[0] == '0')
                || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out byte octet))
            {
                return false;
            }

            bits = (bits << 8) | octet;
        }

        _ipv4.Add((bits << (32 - (8 * parts.Length)), parts.Length));
        return true;
    }

    private bool TryAddIPv6(string text, out string error)
    {
        error = $"\"IPv6:{text}\" is not an IPv6 address or a prefix of whole groups such as IPv6:2001:db8:1";
        string[] groups = text.Split(':');
        if (text.Contains("::", StringComparison.Ordinal) || groups.Length == 8)
        {
            if (!IPAddress.TryParse(text, out IPAddress? address)
                || address.AddressFamily != AddressFamily.InterNetworkV6
                || text.AsSpan().ContainsAnyExcept(IPv6Characters))
            {
                return false;
            }

            _ipv6.Add((BinaryPrimitives.ReadUInt128BigEndian(address.GetAddressBytes()), 8));
            return true;
        }

        if (groups.Length > 8)
        {
            return false;
        }

        UInt128 bits = 0;
        foreach (string group in groups)
        {
            if (group.Length is 0 or > 4
                || !ushort.TryParse(
                    group, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort value))
            {
                return false;
            }

            bits = (bits << 16) | value;
        }

        _ipv6.Add((bits << (128 - (16 * groups.Length)), groups.Length));
        return true;
    }
}
