using System.Globalization;
using System.Text;

namespace Relay.Delivery.Notifications;

/// <summary>
/// The forms of an address of type <c>utf-8</c> (RFC 6533 §3): as it is, for a report that is UTF-8 itself, or with
/// <c>\x{HEX}</c> for what is not ASCII. ORCPT has either, or both mixed.
/// </summary>
internal static class UnicodeAddress
{
    private const int HexDigitsMax = 6;

    /// <summary>With every escape put back into the character that it stands for.</summary>
    public static string Decode(ReadOnlySpan<byte> address)
    {
        string text = Encoding.UTF8.GetString(address);
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (TryReadEscape(text.AsSpan(i), out Rune character, out int length))
            {
                result.Append(character);
                i += length - 1;
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }

    /// <summary>In ASCII only.</summary>
    public static string Encode(ReadOnlySpan<byte> address)
    {
        var result = new StringBuilder(address.Length);
        foreach (Rune character in Decode(address).EnumerateRunes())
        {
            if (character.Value is > ' ' and < 0x7F and not ('\\' or '+' or '='))
            {
                result.Append((char)character.Value);
            }
            else
            {
                result.Append(CultureInfo.InvariantCulture, $"\\x{{{character.Value:X2}}}");
            }
        }

        return result.ToString();
    }

    private static bool TryReadEscape(ReadOnlySpan<char> text, out Rune character, out int length)
    {
        character = default;
        length = 0;
        if (!text.StartsWith("\\x{"))
        {
            return false;
        }

        int end = text.IndexOf('}');
        length = end + 1;
        return end is > 3 and <= HexDigitsMax + 3
            && uint.TryParse(text[3..end], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value)
            && value >= ' ' && value != 0x7F && Rune.TryCreate(value, out character);
    }
}
