using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Relay.Throttling;

/// <summary>
/// A client's address, or the network it is in, as a key that costs no allocation. IPv4 and IPv4-mapped addresses are
/// the same.
/// </summary>
public readonly record struct AddressKey(UInt128 Network)
{
    private static readonly UInt128 MappedPrefix = (UInt128)0xFFFF << 32;

    /// <param name="prefix4">Leading bits of an IPv4 address that count, 0 to 32.</param>
    /// <param name="prefix6">Leading bits of an IPv6 address that count, 0 to 128; 64 is one customer's.</param>
    public static AddressKey Of(IPAddress address, int prefix4 = 32, int prefix6 = 128)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)prefix4, 32u);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)prefix6, 128u);
        Span<byte> octets = stackalloc byte[16];
        bool fits = address.TryWriteBytes(octets, out int length);
        System.Diagnostics.Debug.Assert(fits);
        UInt128 value = address.AddressFamily == AddressFamily.InterNetwork && length == 4
            ? MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(octets)
            : BinaryPrimitives.ReadUInt128BigEndian(octets);
        int prefix = value >> 32 == 0xFFFF ? 96 + prefix4 : prefix6;
        return new AddressKey(prefix == 0 ? 0 : value & (UInt128.MaxValue << (128 - prefix)));
    }

    public override int GetHashCode()
    {
        // Neither half alone varies enough: IPv4 differs in the lower, IPv6 networks in the upper.
        ulong mixed = ((ulong)(Network >> 64) ^ (ulong)Network) * 0x9E3779B97F4A7C15;
        return (int)(mixed >> 32);
    }
}
