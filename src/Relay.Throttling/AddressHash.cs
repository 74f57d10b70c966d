using System.Security.Cryptography;

namespace Relay.Throttling;

/// <summary>
/// 64 bits of a keyed hash of an address. The key is random and new for every table, so that nobody can choose
/// addresses that share a place in it.
/// </summary>
internal readonly struct AddressHash
{
    private readonly ulong _secret1;
    private readonly ulong _secret2;

    private AddressHash(ReadOnlySpan<byte> secret)
    {
        _secret1 = BitConverter.ToUInt64(secret) | 1;
        _secret2 = BitConverter.ToUInt64(secret[8..]) | 1;
    }

    public static AddressHash NewSecret()
    {
        Span<byte> secret = stackalloc byte[16];
        RandomNumberGenerator.Fill(secret);
        return new AddressHash(secret);
    }

    /// <summary>Never 0.</summary>
    public ulong Of(AddressKey key)
    {
        ulong high = (ulong)(key.Network >> 64) ^ _secret1;
        ulong low = (ulong)key.Network ^ _secret2;
        ulong a = Math.BigMul(high, 0xA0761D6478BD642F ^ _secret2, out ulong b);
        ulong c = Math.BigMul(low ^ a ^ b, 0xE7037ED1A0B428DB ^ _secret1, out ulong d);
        ulong hash = c ^ d;
        return hash == 0 ? 1 : hash;
    }
}
