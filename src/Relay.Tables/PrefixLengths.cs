namespace Relay.Tables;

/// <summary>
/// The lengths of address prefixes that a table has between the octet and group borders, so that a walk forms no keys
/// that cannot be there. Immutable.
/// </summary>
internal sealed class PrefixLengths
{
    /// <summary>Octet borders, from 32 down to 8 bits.</summary>
    private const ulong IPv4Borders = 1UL << 32 | 1UL << 24 | 1UL << 16 | 1UL << 8;

    public static PrefixLengths Borders { get; } = new();

    /// <summary>Bit n: keys of n bits are to be tried.</summary>
    public ulong IPv4 { get; private set; } = IPv4Borders;

    /// <summary>Bit n: keys of n bits are to be tried; those of 128 always are.</summary>
    public UInt128 IPv6 { get; private set; } = IPv6Borders;

    /// <summary>Group borders, from 112 down to 16 bits.</summary>
    private static UInt128 IPv6Borders =>
        (UInt128)1 << 112 | (UInt128)1 << 96 | (UInt128)1 << 80 | (UInt128)1 << 64 | (UInt128)1 << 48
        | (UInt128)1 << 32 | (UInt128)1 << 16;

    /// <summary>Notes a key in the one form; others are passed over. Only while a table is being built.</summary>
    public void Note(ReadOnlySpan<byte> normal)
    {
        int bits = AddressKey.MaskOf(normal);
        if (bits < 0)
        {
            return;
        }

        if (normal.StartsWith(AddressKey.IPv6Prefix))
        {
            IPv6 |= (UInt128)1 << bits;
        }
        else
        {
            IPv4 |= 1UL << bits;
        }
    }
}
