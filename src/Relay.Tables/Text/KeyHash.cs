using System.Buffers.Binary;

namespace Relay.Tables.Text;

/// <summary>
/// A hash of keys by multiplying and folding 128 bits. It need not withstand an adversary: only keys of the
/// administrator's file are stored, and a look-up never adds one.
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
    public static uint NotZero(ReadOnlySpan<byte> key) => Math.Max(Of(key), 1);

    public static ulong Long(ReadOnlySpan<byte> key)
    {
        ulong hash = (ulong)key.Length * First;
        ReadOnlySpan<byte> rest = key;
        while (rest.Length >= 8)
        {
            hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(rest), Second);
            rest = rest[8..];
        }

        ulong tail = 0;
        if (rest.Length >= 4)
        {
            tail = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(rest) << 32)
                | BinaryPrimitives.ReadUInt32LittleEndian(rest[^4..]);
        }
        else
        {
            for (int i = 0; i < rest.Length; i++)
            {
                tail = (tail << 8) | rest[i];
            }
        }

        return Fold(hash ^ tail, First);
    }

    private static ulong Fold(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
