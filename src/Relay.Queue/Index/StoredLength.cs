using System.Numerics;

namespace Relay.Queue.Index;

/// <summary>
/// The octets that a message takes in the log, in 24 bits: 19 bits of value, 1 that says "has chunks", 4 of exponent
/// (base 4). Exact below 512 KiB, then rounded up by less than one part in 2^17.
/// </summary>
internal readonly struct StoredLength(uint bits)
{
    private const int ValueBits = 19;
    private const uint ChunkedBit = 1U << ValueBits;
    private const int ExponentShift = ValueBits + 1;

    public uint Bits { get; } = bits;

    public bool IsChunked => (Bits & ChunkedBit) != 0;

    /// <summary>Octets of the Accept record and all chunks, rounded up.</summary>
    public long Total => (long)(Bits & (ChunkedBit - 1)) << (int)((Bits >> ExponentShift) * 2);

    /// <summary>The Accept record's length for a single read, or 0 if unknown because there are chunks.</summary>
    public int ReadHint => IsChunked ? 0 : (int)Total;

    public static StoredLength Of(long total, bool chunked)
    {
        int excess = Math.Max(0, 64 - BitOperations.LeadingZeroCount((ulong)total) - ValueBits);
        int exponent = (excess + 1) / 2;
        long value = (total + (1L << (exponent * 2)) - 1) >> (exponent * 2);
        if (value >= ChunkedBit)
        {
            exponent++;
            value = (value + 3) >> 2;
        }

        return new StoredLength((uint)value | (chunked ? ChunkedBit : 0) | ((uint)exponent << ExponentShift));
    }
}
