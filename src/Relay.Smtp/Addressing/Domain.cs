namespace Relay.Smtp.Addressing;

/// <summary>
/// <c>( Domain / address-literal )</c> of RFC 5321 §4.1.2 with U-labels (RFC 6531 §3.3). An underscore passes for a
/// letter: hosts so named send mail, and Sendmail serves them.
/// </summary>
internal static class Domain
{
    private enum Octet : byte
    {
        Other,
        LetDig,
        Hyphen,
        Dot,
    }

    private static ReadOnlySpan<byte> Classes =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0,
        0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1,
        0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ];

    /// <summary>
    /// Octets of the domain or literal that <paramref name="text"/> begins with; 0 if none, -1 if malformed.
    /// </summary>
    public static int Measure(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty && text[0] == (byte)'[')
        {
            int close = text.IndexOf((byte)']');
            return close > 0 && AddressLiteral.TryParse(text[..(close + 1)], out _) ? close + 1 : -1;
        }

        // A label begins and ends with Let-dig: dot and hyphen may not meet, and neither may stand at an end.
        var previous = Octet.Dot;
        int i = 0;
        for (; i < text.Length; i++)
        {
            var octet = (Octet)Classes[text[i]];
            if (octet != Octet.LetDig)
            {
                if (octet == Octet.Other)
                {
                    break;
                }

                if (previous == Octet.Dot || (previous == Octet.Hyphen && octet == Octet.Dot))
                {
                    return -1;
                }
            }

            previous = octet;
        }

        return i == 0 ? 0 : previous == Octet.LetDig ? i : -1;
    }

    /// <summary>A whole domain of US-ASCII, as HELO and EHLO take it.</summary>
    public static bool IsValidAscii(ReadOnlySpan<byte> name) =>
        name.Length > 0 && System.Text.Ascii.IsValid(name) && Measure(name) == name.Length;
}
