using System.Buffers;
using System.Globalization;
using System.Text;

namespace Relay.Logging;

/// <summary>
/// Writes octets that a peer chose: printable text passes, everything that could end a line, forge a field or steer a
/// terminal is escaped, and what is too long is cut and marked with <c>...</c>. Allocates nothing.
/// </summary>
internal static class PeerText
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly SearchValues<byte> WordOctets =
        SearchValues.Create(Encoding.ASCII.GetBytes(Letters + "!#$%&'()*+,-./:;=?@[]^_`{|}~"));

    private static readonly SearchValues<byte> QuotedOctets =
        SearchValues.Create(Encoding.ASCII.GetBytes(Letters + " !#$%&'()*+,-./:;<=>?@[]^_`{|}~"));

    private static readonly SearchValues<byte> LineOctets =
        SearchValues.Create(Encoding.ASCII.GetBytes(Letters + " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"));

    /// <summary>
    /// Appends <paramref name="octets"/>, taking at most <paramref name="limit"/> octets of the line.
    /// </summary>
    public static void Append(ref LineWriter line, scoped ReadOnlySpan<byte> octets, Escaping escaping, int limit)
    {
        SearchValues<byte> plain = escaping switch
        {
            Escaping.Word => WordOctets,
            Escaping.Line => LineOctets,
            _ => QuotedOctets,
        };
        Span<byte> escape = stackalloc byte[12];
        int left = limit;
        while (!octets.IsEmpty)
        {
            int run = octets.IndexOfAnyExcept(plain);
            run = run < 0 ? octets.Length : run;
            if (run > 0)
            {
                // The mark keeps its place: a run that does not fit entirely leaves room for it.
                int take = run <= left && run == octets.Length ? run : Math.Min(run, left - 3);
                line.Append(octets[..Math.Max(0, take)]);
                if (take < run)
                {
                    line.Append("..."u8);
                    return;
                }

                left -= take;
                octets = octets[take..];
                continue;
            }

            int written = Escape(octets, escaping, escape, out int consumed);
            if (written > left - 3)
            {
                line.Append("..."u8);
                return;
            }

            line.Append(escape[..written]);
            left -= written;
            octets = octets[consumed..];
        }
    }

    private static int Escape(ReadOnlySpan<byte> octets, Escaping escaping, Span<byte> escape, out int consumed)
    {
        if (octets[0] >= 0x80)
        {
            OperationStatus status = Rune.DecodeFromUtf8(octets, out Rune rune, out consumed);
            if (status == OperationStatus.Done && IsPrintable(rune))
            {
                octets[..consumed].CopyTo(escape);
                return consumed;
            }

            if (escaping == Escaping.Json)
            {
                return JsonEscape(status == OperationStatus.Done ? rune : Rune.ReplacementChar, escape);
            }
        }
        else if (escaping == Escaping.Json)
        {
            consumed = 1;
            return JsonEscape(new Rune(octets[0]), escape);
        }

        consumed = 1;
        escape[0] = (byte)'\\';
        if (escaping == Escaping.Quoted && octets[0] is (byte)'"' or (byte)'\\')
        {
            escape[1] = octets[0];
            return 2;
        }

        escape[1] = (byte)'x';
        escape[2] = Hex(octets[0] >> 4);
        escape[3] = Hex(octets[0]);
        return 4;
    }

    private static int JsonEscape(Rune rune, Span<byte> escape)
    {
        if (rune.Value is '"' or '\\')
        {
            escape[0] = (byte)'\\';
            escape[1] = (byte)rune.Value;
            return 2;
        }

        Span<char> units = stackalloc char[2];
        int count = rune.EncodeToUtf16(units);
        for (int i = 0; i < count; i++)
        {
            Span<byte> one = escape[(i * 6)..];
            one[0] = (byte)'\\';
            one[1] = (byte)'u';
            one[2] = Hex(units[i] >> 12);
            one[3] = Hex(units[i] >> 8);
            one[4] = Hex(units[i] >> 4);
            one[5] = Hex(units[i]);
        }

        return count * 6;
    }

    /// <summary>
    /// Letters, digits, marks, punctuation and symbols; not controls, formats (bidi overrides) or separators.
    /// </summary>
    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);

    private static byte Hex(int nibble) => "0123456789abcdef"u8[nibble & 15];
}
