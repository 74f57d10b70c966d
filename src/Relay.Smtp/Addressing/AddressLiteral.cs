using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;

namespace Relay.Smtp.Addressing;

/// <summary>
/// An address literal, <c>[192.0.2.1]</c> or <c>[IPv6:2001:db8::1]</c> (RFC 5321 §4.1.3). Other tags are not registered
/// and not accepted.
/// </summary>
public readonly struct AddressLiteral
{
    private readonly UInt128 _value;

    private AddressLiteral(UInt128 value, int length)
    {
        _value = value;
        Length = length;
    }

    /// <summary>Octets of the address: 4 or 16.</summary>
    public int Length { get; }

    public bool IsIPv6 => Length == 16;

    /// <summary>Writes the address in network order.</summary>
    /// <returns><see cref="Length"/>.</returns>
    public int WriteTo(Span<byte> destination)
    {
        if (IsIPv6)
        {
            BinaryPrimitives.WriteUInt128BigEndian(destination, _value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_value);
        }

        return Length;
    }

    /// <summary>Parses a literal with its brackets.</summary>
    public static bool TryParse(ReadOnlySpan<byte> literal, out AddressLiteral address)
    {
        address = default;
        if (literal.Length < 3 || literal[0] != (byte)'[' || literal[^1] != (byte)']')
        {
            return false;
        }

        ReadOnlySpan<byte> inner = literal[1..^1];
        if (inner.Length > 5 && Ascii.EqualsIgnoreCase(inner[..5], "IPv6:"u8))
        {
            bool valid = TryParseIPv6(inner[5..], out UInt128 value);
            address = valid ? new AddressLiteral(value, 16) : default;
            return valid;
        }

        if (!TryParseIPv4(inner, out uint v4))
        {
            return false;
        }

        address = new AddressLiteral(v4, 4);
        return true;
    }

    /// <summary><c>IPv4-address-literal = Snum 3("." Snum)</c>, Snum = 1*3DIGIT up to 255.</summary>
    internal static bool TryParseIPv4(ReadOnlySpan<byte> text, out uint value)
    {
        value = 0;
        int parts = 0;
        int digits = 0;
        uint part = 0;
        foreach (byte octet in text)
        {
            uint digit = (uint)(octet - '0');
            if (digit <= 9 && digits < 3)
            {
                part = (part * 10) + digit;
                digits++;
            }
            else if (octet == (byte)'.' && digits > 0 && part <= 255 && parts < 3)
            {
                value = (value << 8) | part;
                parts++;
                digits = 0;
                part = 0;
            }
            else
            {
                return false;
            }
        }

        value = (value << 8) | part;
        return parts == 3 && digits > 0 && part <= 255;
    }

    /// <summary>IPv6-full, IPv6-comp, IPv6v4-full and IPv6v4-comp.</summary>
    internal static bool TryParseIPv6(ReadOnlySpan<byte> text, out UInt128 value)
    {
        value = 0;
        UInt128 head = 0;
        int groups = 0;
        int headGroups = -1; // groups before "::", or -1 while there was none
        int at = 0;
        if (text.StartsWith("::"u8))
        {
            headGroups = 0;
            at = 2;
        }

        while (at < text.Length)
        {
            ReadOnlySpan<byte> rest = text[at..];
            int end = rest.IndexOf((byte)':');
            ReadOnlySpan<byte> group = end < 0 ? rest : rest[..end];
            if (end < 0 && group.Contains((byte)'.'))
            {
                if (groups > 6 || !TryParseIPv4(group, out uint v4))
                {
                    return false;
                }

                value = (value << 32) | v4;
                groups += 2;
                break;
            }

            if (groups == 8 || !TryParseGroup(group, out uint number))
            {
                return false;
            }

            value = (value << 16) | number;
            groups++;
            at += group.Length;
            if (end < 0)
            {
                break;
            }

            at++;
            if (at < text.Length && text[at] == (byte)':')
            {
                if (headGroups >= 0)
                {
                    return false; // a second "::"
                }

                head = value;
                value = 0;
                headGroups = groups;
                at++;
            }
            else if (at == text.Length)
            {
                return false; // ends in a single colon
            }
        }

        if (headGroups < 0)
        {
            return groups == 8;
        }

        // "::" stands for at least one group here (RFC 5321 says two; RFC 5952 §4.2.2 only discourages one).
        if (groups > 7)
        {
            return false;
        }

        Debug.Assert(headGroups <= 7);
        value |= headGroups == 0 ? 0 : head << (16 * (8 - headGroups));
        return true;
    }

    private static bool TryParseGroup(ReadOnlySpan<byte> group, out uint number)
    {
        number = 0;
        if (group.Length is 0 or > 4)
        {
            return false;
        }

        foreach (byte octet in group)
        {
            uint digit = (uint)(octet - '0');
            uint letter = (uint)((octet | 0x20) - 'a');
            if (digit > 9 && letter > 5)
            {
                return false;
            }

            number = (number << 4) | (digit <= 9 ? digit : letter + 10);
        }

        return true;
    }
}
