using System.Globalization;
using System.Text;

namespace Relay.Sasl;

/// <summary>
/// Names and passwords as they are compared (RFC 4013, SASLprep, without its normalisation): every space is the ASCII
/// one, soft hyphens and joiners vanish, control characters are refused. Stateless.
/// </summary>
public static class PreparedText
{
    /// <summary>Octets of a name or password; more is refused.</summary>
    public const int LengthMax = 1024;

    /// <summary>Prepares UTF-8.</summary>
    /// <returns>False for text that is empty, too long, no UTF-8 or holds what may not be in it.</returns>
    public static bool TryPrepare(ReadOnlySpan<byte> text, out byte[] prepared)
    {
        prepared = [];
        if (text.Length is 0 or > LengthMax || text.ContainsAnyInRange((byte)0, (byte)0x1F) || text.Contains((byte)0x7F))
        {
            return false;
        }

        if (Ascii.IsValid(text))
        {
            prepared = text.ToArray();
            return true;
        }

        return System.Text.Unicode.Utf8.IsValid(text) && TryPrepareRunes(text, out prepared);
    }

    private static bool TryPrepareRunes(ReadOnlySpan<byte> text, out byte[] prepared)
    {
        var result = new byte[text.Length];
        int length = 0;
        prepared = [];
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out Rune rune, out int consumed);
            text = text[consumed..];
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.SpaceSeparator:
                    result[length++] = (byte)' ';
                    break;
                case UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator:
                    return false;
                case UnicodeCategory.Format:
                    break; // RFC 4013 §2.1: mapped to nothing
                default:
                    length += rune.EncodeToUtf8(result.AsSpan(length));
                    break;
            }
        }

        prepared = result[..length];
        return length > 0;
    }
}
