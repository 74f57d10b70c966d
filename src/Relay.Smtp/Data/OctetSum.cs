using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Relay.Smtp.Data;

/// <summary>
/// Whether octets >= 0x80 or NUL were among many blocks: an OR and a minimum, looked at once in the end.
/// </summary>
internal struct OctetSum
{
    private Vector512<byte> _or;
    private Vector512<byte> _min;

    public readonly ContentFlags Flags =>
        (_or.ExtractMostSignificantBits() != 0 ? ContentFlags.EightBit : ContentFlags.None)
        | (Vector512.EqualsAny(_min, Vector512<byte>.Zero) ? ContentFlags.Nul : ContentFlags.None);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OctetSum Create() => new() { _or = default, _min = Vector512<byte>.AllBitsSet };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in OctetBlock block)
    {
        _or |= block.Octets;
        _min = Vector512.Min(_min, block.Octets);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Vector512<byte> a, Vector512<byte> b, Vector512<byte> c, Vector512<byte> d)
    {
        _or |= (a | b) | (c | d);
        _min = Vector512.Min(_min, Vector512.Min(Vector512.Min(a, b), Vector512.Min(c, d)));
    }
}
