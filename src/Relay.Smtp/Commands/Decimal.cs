namespace Relay.Smtp.Commands;

/// <summary>Numbers in commands: 1*20DIGIT (RFC 1870 §4, RFC 3030 §2).</summary>
internal static class Decimal
{
    /// <summary>Parses 1 to 20 digits; a number too large for a long becomes <see cref="long.MaxValue"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> digits, out long value)
    {
        ulong sum = 0;
        value = 0;
        if (digits.Length is 0 or > 20)
        {
            return false;
        }

        foreach (byte digit in digits)
        {
            uint number = (uint)(digit - '0');
            if (number > 9)
            {
                return false;
            }

            // Before the last of 20 digits the sum is at most 10^19 - 1, so only that one can overflow.
            sum = sum > (ulong.MaxValue - number) / 10 ? ulong.MaxValue : (sum * 10) + number;
        }

        value = sum > long.MaxValue ? long.MaxValue : (long)sum;
        return true;
    }
}
