namespace Relay.Smtp.Addressing;

/// <summary><c>xtext = *( xchar / hexchar )</c> (RFC 3461 §4).</summary>
public static class Xtext
{
    /// <summary>
    /// Well formed, with hexchars in upper case, and decodes to printable US-ASCII and spaces only: what is echoed in
    /// a delivery status notification cannot begin a line of its own.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<byte> xtext)
    {
        for (int i = 0; i < xtext.Length; i++)
        {
            byte octet = xtext[i];
            if (octet is < (byte)'!' or > (byte)'~' or (byte)'=')
            {
                return false;
            }

            if (octet == (byte)'+')
            {
                if (i + 2 >= xtext.Length)
                {
                    return false;
                }

                int high = HexDigit(xtext[i + 1]);
                int low = HexDigit(xtext[i + 2]);
                if (high < 2 || low < 0 || high > 7 || (high == 7 && low == 15))
                {
                    return false;
                }

                i += 2;
            }
        }

        return true;
    }

    /// <summary>Decodes valid xtext; the result is never longer.</summary>
    /// <returns>Octets written.</returns>
    public static int Decode(ReadOnlySpan<byte> xtext, Span<byte> destination)
    {
        int written = 0;
        for (int i = 0; i < xtext.Length; i++)
        {
            byte octet = xtext[i];
            if (octet == (byte)'+' && i + 2 < xtext.Length)
            {
                octet = (byte)((HexDigit(xtext[i + 1]) << 4) | HexDigit(xtext[i + 2]));
                i += 2;
            }

            destination[written++] = octet;
        }

        return written;
    }

    /// <summary>Encodes text; the result is at most three times as long.</summary>
    /// <returns>Octets written.</returns>
    public static int Encode(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        ReadOnlySpan<byte> digits = "0123456789ABCDEF"u8;
        int written = 0;
        foreach (byte octet in text)
        {
            if (octet is < (byte)'!' or > (byte)'~' or (byte)'+' or (byte)'=')
            {
                destination[written++] = (byte)'+';
                destination[written++] = digits[octet >> 4];
                destination[written++] = digits[octet & 15];
            }
            else
            {
                destination[written++] = octet;
            }
        }

        return written;
    }

    private static int HexDigit(byte octet) => octet switch
    {
        >= (byte)'0' and <= (byte)'9' => octet - '0',
        >= (byte)'A' and <= (byte)'F' => octet - 'A' + 10,
        _ => -1,
    };
}
