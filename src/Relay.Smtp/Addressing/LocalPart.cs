using System.Buffers;

namespace Relay.Smtp.Addressing;

/// <summary>
/// <c>Local-part = Dot-string / Quoted-string</c> (RFC 5321 §4.1.2; with UTF8-non-ascii, RFC 6531 §3.3).
/// </summary>
internal static class LocalPart
{
    /// <summary>atext, dots, and octets >= 0x80.</summary>
    private static readonly SearchValues<byte> DotStringOctets = CreateDotStringOctets();

    /// <summary>
    /// Octets of the local part that <paramref name="text"/> begins with: 0 if none, -1 if malformed.
    /// </summary>
    public static int Measure(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty && text[0] == (byte)'"')
        {
            return MeasureQuotedString(text);
        }

        int length = text.IndexOfAnyExcept(DotStringOctets);
        length = length < 0 ? text.Length : length;
        ReadOnlySpan<byte> dotString = text[..length];
        return length > 0
            && (dotString[0] == (byte)'.' || dotString[^1] == (byte)'.' || dotString.IndexOf(".."u8) >= 0)
            ? -1
            : length;
    }

    private static int MeasureQuotedString(ReadOnlySpan<byte> text)
    {
        for (int i = 1; i < text.Length; i++)
        {
            byte octet = text[i];
            if (octet == (byte)'"')
            {
                return i + 1;
            }

            if (octet == (byte)'\\')
            {
                // quoted-pairSMTP escapes printable US-ASCII only.
                if (++i >= text.Length || text[i] is < (byte)' ' or > (byte)'~')
                {
                    return -1;
                }
            }
            else if (octet is < (byte)' ' or 0x7F)
            {
                return -1;
            }
        }

        return -1;
    }

    private static SearchValues<byte> CreateDotStringOctets()
    {
        ReadOnlySpan<byte> ascii =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~."u8;
        Span<byte> octets = stackalloc byte[ascii.Length + 128];
        ascii.CopyTo(octets);
        for (int i = 0; i < 128; i++)
        {
            octets[ascii.Length + i] = (byte)(0x80 + i);
        }

        return SearchValues.Create(octets);
    }
}
