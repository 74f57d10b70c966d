using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Relay.Tables;

/// <summary>
/// Addresses and prefixes as keys. The one form: <c>192.168.2</c> (IPv4 on octet borders), <c>ipv6:2001:db8:0:1</c>
/// (IPv6 on group borders, groups without leading zeros and never <c>::</c>), and, as our extension, either one with
/// <c>/bits</c> for lengths between the borders, host bits zero.
/// </summary>
internal static class AddressKey
{
    /// <summary>Octets of the longest key: <c>ipv6:</c>, eight groups, <c>/127</c>.</summary>
    public const int LengthMax = 48;

    public static ReadOnlySpan<byte> IPv6Prefix => "ipv6:"u8;

    /// <summary>
    /// True if a folded key is meant as an address or prefix, well-formed or not: <c>IPv6:</c> before it, or only
    /// digits, dots and a slash.
    /// </summary>
    public static bool IsAddressLike(ReadOnlySpan<byte> key) =>
        key.StartsWith(IPv6Prefix)
        || (!key.IsEmpty && key[0] is >= (byte)'0' and <= (byte)'9'
            && key.IndexOfAnyExceptInRange((byte)'.', (byte)'9') < 0);

    /// <summary>Brings a folded key into the one form.</summary>
    /// <param name="key">As <see cref="IsAddressLike"/> passed it.</param>
    /// <param name="normal">The one form.</param>
    /// <param name="note">What was changed in meaning or deserves a word; null if nothing.</param>
    /// <param name="error">What was found and what was expected.</param>
    public static bool TryNormalize(string key, out string normal, out string? note, out string error)
    {
        note = null;
        error = string.Empty;
        string prefix = key;
        int bits = -1;
        int slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            prefix = key[..slash];
            if (!int.TryParse(key.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out bits))
            {
                normal = string.Empty;
                error = $"\"{key}\": what stands behind the slash is not a number of bits";
                return false;
            }
        }

        return prefix.StartsWith("ipv6:", StringComparison.Ordinal)
            ? TryIPv6(key, prefix["ipv6:".Length..], bits, out normal, ref note, out error)
            : TryIPv4(key, prefix, bits, out normal, ref note, out error);
    }

    /// <summary>The length in bits of a key with <c>/bits</c>; -1 if it has none.</summary>
    public static int MaskOf(ReadOnlySpan<byte> normal)
    {
        int slash = normal.LastIndexOf((byte)'/');
        return slash >= 0 && Utf8Parser.TryParse(normal[(slash + 1)..], out int bits, out _) ? bits : -1;
    }

    /// <summary>Writes the key of a network of an IPv4 address.</summary>
    /// <returns>Octets written.</returns>
    public static int WriteIPv4(uint address, int bits, Span<byte> destination)
    {
        bool isBorder = bits % 8 == 0 && bits > 0;
        int octets = isBorder ? bits / 8 : 4;
        uint masked = bits == 0 ? 0 : address & (uint.MaxValue << (32 - bits));
        int at = 0;
        for (int i = 0; i < octets; i++)
        {
            if (i > 0)
            {
                destination[at++] = (byte)'.';
            }

            at += WriteNumber((int)(masked >> (24 - (8 * i))) & 0xFF, destination[at..]);
        }

        return isBorder ? at : at + WriteMask(bits, destination[at..]);
    }

    /// <summary>Writes the key of a network of an IPv6 address.</summary>
    /// <returns>Octets written.</returns>
    public static int WriteIPv6(UInt128 address, int bits, Span<byte> destination)
    {
        bool isBorder = bits % 16 == 0 && bits > 0;
        int groups = isBorder ? bits / 16 : 8;
        UInt128 masked = bits == 0 ? 0 : address & (UInt128.MaxValue << (128 - bits));
        IPv6Prefix.CopyTo(destination);
        int at = IPv6Prefix.Length;
        for (int i = 0; i < groups; i++)
        {
            if (i > 0)
            {
                destination[at++] = (byte)':';
            }

            Utf8Formatter.TryFormat((ushort)(masked >> (112 - (16 * i))), destination[at..], out int written, 'x');
            at += written;
        }

        return isBorder ? at : at + WriteMask(bits, destination[at..]);
    }

    /// <summary>The address as a number; IPv4 addresses mapped into IPv6 are IPv4.</summary>
    /// <returns>True for IPv4.</returns>
    public static bool Read(IPAddress address, out uint ipv4, out UInt128 ipv6)
    {
        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out int count);
        bool isMapped = count == 16 && address.IsIPv4MappedToIPv6;
        ipv6 = count == 16 ? BinaryPrimitives.ReadUInt128BigEndian(octets) : 0;
        ipv4 = count == 4 ? BinaryPrimitives.ReadUInt32BigEndian(octets) : (uint)ipv6;
        return count == 4 || isMapped;
    }

    private static bool TryIPv4(
        string key, string prefix, int bits, out string normal, ref string? note, out string error)
    {
        normal = string.Empty;
        error = $"\"{key}\" is not an IPv4 address, a prefix of one such as 192.168.2, or a network such as "
            + "192.168.2.0/23";
        if (prefix.Length > 1 && prefix[^1] == '.')
        {
            prefix = prefix[..^1];
            note = $"\"{key}\": the dot at the end is ignored (Sendmail would never find this key in access)";
        }

        string[] parts = prefix.Split('.');
        uint address = 0;
        if (parts.Length > 4 || bits > 32)
        {
            return false;
        }

        foreach (string part in parts)
        {
            if (part.Length is 0 or > 3 || (part.Length > 1 && part[0] == '0')
                || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out byte octet))
            {
                return false;
            }

            address = (address << 8) | octet;
        }

        address <<= 32 - (8 * parts.Length);
        int length = bits < 0 ? 8 * parts.Length : bits;
        if (length < 32 && (address << length) != 0)
        {
            note = $"\"{key}\": the bits behind the first {length} are ignored";
        }

        Span<byte> text = stackalloc byte[LengthMax];
        normal = Encoding.ASCII.GetString(text[..WriteIPv4(address, length, text)]);
        return true;
    }

    private static bool TryIPv6(
        string key, string prefix, int bits, out string normal, ref string? note, out string error)
    {
        normal = string.Empty;
        error = $"\"{key}\" is not an IPv6 address, a prefix of whole groups such as IPv6:2001:db8:1, or a network "
            + "such as IPv6:2001:db8::/33";
        if (bits > 128 || !TryReadIPv6(prefix, out UInt128 address, out int length))
        {
            return false;
        }

        if (bits < 0 && prefix.EndsWith("::", StringComparison.Ordinal))
        {
            note = $"\"{key}\" is this one address; for what begins with it write {key[..^2]}";
        }

        length = bits < 0 ? length : bits;
        if (length < 128 && (length == 0 ? address : address << length) != 0)
        {
            note = $"\"{key}\": the bits behind the first {length} are ignored";
        }

        Span<byte> text = stackalloc byte[LengthMax];
        normal = Encoding.ASCII.GetString(text[..WriteIPv6(address, length, text)]);
        return true;
    }

    private static bool TryReadIPv6(string text, out UInt128 address, out int bits)
    {
        address = 0;
        bits = 128;
        string[] groups = text.Split(':');
        if (text.Contains("::", StringComparison.Ordinal) || groups.Length == 8
            || text.Contains('.', StringComparison.Ordinal))
        {
            bool isAddress = IPAddress.TryParse(text, out IPAddress? parsed)
                && parsed.AddressFamily == AddressFamily.InterNetworkV6
                && !text.AsSpan().ContainsAny("[]%");
            address = isAddress ? BinaryPrimitives.ReadUInt128BigEndian(parsed!.GetAddressBytes()) : 0;
            return isAddress;
        }

        if (groups.Length > 8)
        {
            return false;
        }

        foreach (string group in groups)
        {
            if (group.Length is 0 or > 4 || !ushort.TryParse(
                    group, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort value))
            {
                return false;
            }

            address = (address << 16) | value;
        }

        bits = 16 * groups.Length;
        address <<= 128 - bits;
        return true;
    }

    private static int WriteMask(int bits, Span<byte> destination)
    {
        destination[0] = (byte)'/';
        return 1 + WriteNumber(bits, destination[1..]);
    }

    private static int WriteNumber(int number, Span<byte> destination)
    {
        Utf8Formatter.TryFormat(number, destination, out int written);
        return written;
    }
}
