using System.Buffers;
using System.Text;

namespace Relay.Dns.Messages;

/// <summary>
/// Domain names as they go over the wire (RFC 1035 §3.1), folded to lower case: equal names are equal octets. Folding
/// the lengths with the letters does no harm, as they are below <c>A</c>. Never throws, whatever the octets.
/// </summary>
internal static class WireName
{
    /// <summary>RFC 1035 §2.3.4.</summary>
    public const int LengthMax = 255;

    private const int LabelLengthMax = 63;

    /// <summary>A name of 255 octets has at most 127 labels: more pointers add nothing but work.</summary>
    private const int PointersMax = 127;

    /// <summary>Every octet as <c>\DDD</c>.</summary>
    private const int TextLengthMax = 4 * LengthMax;

    private static readonly SearchValues<byte> _plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/+*=@!#$%&'"u8);

    /// <summary>
    /// Encodes a name in text form, with or without a dot at its end, <c>\.</c> and <c>\DDD</c> as in RFC 1035 §5.1.
    /// </summary>
    /// <param name="destination">At least <see cref="LengthMax"/> octets.</param>
    /// <returns>False if it is no name: an empty or long label, a long name, letters beyond ASCII.</returns>
    public static bool TryEncode(ReadOnlySpan<byte> text, Span<byte> destination, out int length)
    {
        length = 0;
        if (text.SequenceEqual("."u8))
        {
            destination[length++] = 0;
            return true;
        }

        int label = 0; // the place of the label's length
        int write = 1;
        for (int read = 0; read < text.Length; read++)
        {
            byte octet = text[read];
            if (octet == (byte)'.')
            {
                if (write - label - 1 is 0 or > LabelLengthMax || write >= LengthMax)
                {
                    return false;
                }

                destination[label] = (byte)(write - label - 1);
                label = write++;
                continue;
            }

            if (octet >= 0x80 || write >= LengthMax
                || (octet == (byte)'\\' && !TryUnescape(text, ref read, out octet)))
            {
                return false;
            }

            destination[write++] = Fold(octet);
        }

        int last = write - label - 1;
        if (last > LabelLengthMax || write > LengthMax || (last == 0 && label == 0))
        {
            return false;
        }

        destination[label] = (byte)last;
        if (last == 0)
        {
            length = label + 1; // the text ended in a dot
            return true;
        }

        if (write >= LengthMax)
        {
            return false;
        }

        destination[write++] = 0;
        length = write;
        return true;
    }

    /// <inheritdoc cref="TryEncode(ReadOnlySpan{byte}, Span{byte}, out int)"/>
    public static bool TryEncode(ReadOnlySpan<char> text, Span<byte> destination, out int length)
    {
        length = 0;
        Span<byte> octets = stackalloc byte[TextLengthMax];
        return text.Length <= TextLengthMax
            && Ascii.FromUtf16(text, octets, out int written) == OperationStatus.Done
            && TryEncode(octets[..written], destination, out length);
    }

    /// <summary>
    /// Reads a name out of a message. A pointer (RFC 1035 §4.1.4) must point before everything read of the name so far,
    /// so that reading ends.
    /// </summary>
    /// <param name="destination">At least <see cref="LengthMax"/> octets.</param>
    /// <param name="next">Where the message goes on behind the name.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> message, int offset, Span<byte> destination, out int length, out int next)
    {
        length = 0;
        next = -1;
        int lowest = offset;
        int pointers = 0;
        while ((uint)offset < (uint)message.Length)
        {
            int octet = message[offset];
            if (octet > LabelLengthMax)
            {
                if (octet < 0xC0 || offset + 1 >= message.Length || ++pointers > PointersMax)
                {
                    return false;
                }

                int target = ((octet & 0x3F) << 8) | message[offset + 1];
                next = next < 0 ? offset + 2 : next;
                if (target >= lowest)
                {
                    return false;
                }

                lowest = offset = target;
                continue;
            }

            int end = offset + 1 + octet;
            int room = LengthMax - length - (octet == 0 ? 0 : 1);
            if (end > message.Length || 1 + octet > room)
            {
                return false;
            }

            Copy(message[offset..end], destination[length..]);
            length += 1 + octet;
            offset = end;
            if (octet == 0)
            {
                next = next < 0 ? end : next;
                return true;
            }
        }

        return false;
    }

    /// <summary>The text form, without a dot at its end; <c>.</c> for the root.</summary>
    public static string ToText(ReadOnlySpan<byte> name)
    {
        if (name.Length <= 1)
        {
            return ".";
        }

        Span<char> text = stackalloc char[TextLengthMax];
        int length = 0;
        for (int at = 0; name[at] != 0; at += 1 + name[at])
        {
            if (length > 0)
            {
                text[length++] = '.';
            }

            foreach (byte octet in name.Slice(at + 1, name[at]))
            {
                length += Write(octet, text[length..]);
            }
        }

        return new string(text[..length]);
    }

    /// <summary>True if <paramref name="name"/> is <paramref name="ancestor"/> or below it.</summary>
    public static bool IsAtOrBelow(ReadOnlySpan<byte> name, ReadOnlySpan<byte> ancestor)
    {
        int at = 0;
        while (name.Length - at > ancestor.Length)
        {
            at += 1 + name[at];
        }

        return name[at..].SequenceEqual(ancestor);
    }

    private static byte Fold(byte octet) => octet is >= (byte)'A' and <= (byte)'Z' ? (byte)(octet | 0x20) : octet;

    private static void Copy(ReadOnlySpan<byte> from, Span<byte> to)
    {
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = Fold(from[i]);
        }
    }

    private static int Write(byte octet, Span<char> text)
    {
        if (_plain.Contains(octet))
        {
            text[0] = (char)octet;
            return 1;
        }

        text[0] = '\\';
        if (octet is > (byte)' ' and < 0x7F)
        {
            text[1] = (char)octet;
            return 2;
        }

        text[1] = (char)('0' + (octet / 100));
        text[2] = (char)('0' + (octet / 10 % 10));
        text[3] = (char)('0' + (octet % 10));
        return 4;
    }

    private static bool TryUnescape(ReadOnlySpan<byte> text, ref int read, out byte octet)
    {
        octet = 0;
        ReadOnlySpan<byte> rest = text[(read + 1)..];
        if (rest.IsEmpty)
        {
            return false;
        }

        if (!IsDigit(rest[0]))
        {
            octet = rest[0];
            read++;
            return true;
        }

        if (rest.Length < 3 || !IsDigit(rest[1]) || !IsDigit(rest[2]))
        {
            return false;
        }

        int value = ((rest[0] - '0') * 100) + ((rest[1] - '0') * 10) + rest[2] - '0';
        octet = (byte)value;
        read += 3;
        return value <= byte.MaxValue;
    }

    private static bool IsDigit(byte octet) => octet is >= (byte)'0' and <= (byte)'9';
}
