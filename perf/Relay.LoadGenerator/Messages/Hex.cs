namespace Relay.LoadGenerator.Messages;

/// <summary>Fixed-width lower-case hexadecimal.</summary>
internal static class Hex
{
    private static ReadOnlySpan<byte> Digits => "0123456789abcdef"u8;

    internal static void Write(Span<byte> destination, ulong value, int width)
    {
        for (int i = width - 1; i >= 0; i--)
        {
            destination[i] = Digits[(int)(value & 15)];
            value >>= 4;
        }
    }

    internal static bool TryRead(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        foreach (byte c in text)
        {
            int digit = (c | 0x20) switch
            {
                >= '0' and <= '9' when c < 0x40 => c - '0',
                >= 'a' and <= 'f' => (c | 0x20) - 'a' + 10,
                _ => -1,
            };
            if (digit < 0)
            {
                return false;
            }

            value = (value << 4) | (uint)digit;
        }

        return text.Length is > 0 and <= 16;
    }
}
