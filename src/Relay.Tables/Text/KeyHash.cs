using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Relay.Tables.Text;

/// <summary>
/// A hash of keys by multiplying and folding 128 bits, from their end on, so that keys that end alike share that work.
/// It need not withstand an adversary: only keys of the administrator's file are stored, and a look-up never adds one.
/// Never stored outside of the process.
/// </summary>
internal static class KeyHash
{
    private const int Eight = sizeof(ulong);
    private const ulong First = 0x9E37_79B9_7F4A_7C15;
    private const ulong Second = 0xD6E8_FEB8_6659_FD93;

    public static uint Of(ReadOnlySpan<byte> key)
    {
        ulong hash = Long(key);
        return (uint)(hash ^ (hash >> 32));
    }

    /// <summary>For tables in which 0 is a free place.</summary>
    public static uint NotZero(ReadOnlySpan<byte> key) => Math.Max(Of(key), 1);

    /// <summary>The same of a key whose last octets <see cref="End"/> has seen.</summary>
    /// <param name="end">What <see cref="End"/> returned.</param>
    /// <param name="rest">The octets before those.</param>
    /// <param name="length">Octets of the whole key.</param>
    public static uint NotZero(ulong end, ReadOnlySpan<byte> rest, int length)
    {
        ulong hash = Finish(End(end, rest), rest, length);
        return Math.Max((uint)(hash ^ (hash >> 32)), 1);
    }

    public static ulong Long(ReadOnlySpan<byte> key) => Finish(End(0, key), key, key.Length);

    /// <summary>
    /// Takes eights of octets from the end of <paramref name="key"/> while there are any: all but as many octets at its
    /// beginning as its length leaves over.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong End(ulong hash, ReadOnlySpan<byte> key)
    {
        ref byte start = ref MemoryMarshal.GetReference(key);
        for (int left = key.Length; left >= Eight; left -= Eight)
        {
            ulong eight = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, left - Eight));
            hash = Fold(hash ^ First ^ eight, Second);
        }

        return hash;
    }

    /// <summary>Takes the octets that <see cref="End"/> has left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Finish(ulong hash, ReadOnlySpan<byte> key, int length)
    {
        ref byte start = ref MemoryMarshal.GetReference(key);
        int left = key.Length % Eight;
        ulong head = 0;
        if (left >= 4)
        {
            head = ((ulong)Unsafe.ReadUnaligned<uint>(ref start) << 32)
                | Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, left - 4));
        }
        else
        {
            for (int i = 0; i < left; i++)
            {
                head = (head << 8) | Unsafe.Add(ref start, i);
            }
        }

        return Fold(hash ^ head, First ^ (ulong)length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
