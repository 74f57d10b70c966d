using System.Buffers.Binary;

namespace Relay.Tables.Text;

/// <summary>
/// A hash of keys by multiplying and folding 128 bits, from their end on, so that keys that end alike share that work.
/// It need not withstand an adversary: only keys of the administrator's file are stored, and a look-up never adds one.
/// </summary>
internal static class KeyHash
{
    private const ulong First = 0x9E37_79B9_7F4A_7C15;
    private const ulong Second = 0xD6E8_FEB8_6659_FD93;

    public static uint Of(ReadOnlySpan<byte> key)
    {
        ulong hash = Long(key);
        return (uint)(hash ^ (hash >> 32));
    }

    /// <summary>For tables in which 0 is a free place.</summary>
    public static uint NotZero(ReadOnlySpan<byte> key) => NotZero(0, key, key.Length);

    /// <summary>The same of a key whose last octets <see cref="End"/> has seen.</summary>
    /// <param name="end">What <see cref="End"/> returned.</param>
    /// <param name="rest">The octets before those.</param>
    /// <param name="length">Octets of the whole key.</param>
    public static uint NotZero(ulong end, ReadOnlySpan<byte> rest, int length)
    {
        ulong hash = Finish(End(end, ref rest), rest, length);
        return Math.Max((uint)(hash ^ (hash >> 32)), 1);
    }

    public static ulong Long(ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> rest = key;
        return Finish(End(0, ref rest), rest, key.Length);
    }

    /// <summary>Takes eights of octets from the end of <paramref name="rest"/> while there are any.</summary>
    public static ulong End(ulong hash, ref ReadOnlySpan<byte> rest)
    {
        while (rest.Length >= 8)
        {
            hash = Fold(hash ^ First ^ BinaryPrimitives.ReadUInt64LittleEndian(rest[^8..]), Second);
            rest = rest[..^8];
        }

        return hash;
    }

    private static ulong Finish(ulong hash, ReadOnlySpan<byte> rest, int length)
    {
        ulong head = 0;
        if (rest.Length >= 4)
        {
            head = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(rest) << 32)
                | BinaryPrimitives.ReadUInt32LittleEndian(rest[^4..]);
        }
        else
        {
            foreach (byte octet in rest)
            {
                head = (head << 8) | octet;
            }
        }

        return Fold(hash ^ head, First ^ (ulong)length);
    }

    private static ulong Fold(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
