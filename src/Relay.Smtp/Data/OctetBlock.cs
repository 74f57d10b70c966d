using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Relay.Smtp.Data;

/// <summary>64 octets of content and the masks of what is in them, the lowest bit for the first octet.</summary>
internal readonly struct OctetBlock
{
    public const int Size = 64;

    public readonly Vector512<byte> Octets;

    private OctetBlock(Vector512<byte> octets)
    {
        Octets = octets;
    }

    public ulong Cr
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Mask((byte)'\r');
    }

    public ulong Lf
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Mask((byte)'\n');
    }

    public ulong Dot
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Mask((byte)'.');
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OctetBlock Load(ref byte start) => new(Vector512.LoadUnsafe(ref start));

    /// <summary>EightBit and Nul of the octets up to and with <paramref name="last"/>.</summary>
    public ContentFlags FlagsUpTo(int last)
    {
        ulong valid = ulong.MaxValue >> (63 - last);
        return ((Octets.ExtractMostSignificantBits() & valid) != 0 ? ContentFlags.EightBit : ContentFlags.None)
            | ((Mask(0) & valid) != 0 ? ContentFlags.Nul : ContentFlags.None);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Mask(byte octet) => Vector512.Equals(Octets, Vector512.Create(octet)).ExtractMostSignificantBits();
}
