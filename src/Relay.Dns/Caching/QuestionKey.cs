using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Relay.Dns.Messages;

namespace Relay.Dns.Caching;

/// <summary>
/// A question as octets: the folded name in wire form and the type. Compared and found without being copied; hashes are
/// seeded anew in each process, so that nobody can prepare names that collide.
/// </summary>
internal sealed class QuestionKey : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public const int LengthMax = WireName.LengthMax + 2;

    public static QuestionKey Comparer { get; } = new();

    /// <summary>Puts the type behind the name.</summary>
    /// <returns>The length of the key.</returns>
    public static int Complete(Span<byte> key, int nameLength, DnsRecordType type)
    {
        BinaryPrimitives.WriteUInt16BigEndian(key[nameLength..], (ushort)type);
        return nameLength + 2;
    }

    public static byte[] Of(ReadOnlySpan<byte> name, DnsRecordType type)
    {
        byte[] key = new byte[name.Length + 2];
        name.CopyTo(key);
        Complete(key, name.Length, type);
        return key;
    }

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = default(HashCode);
        hash.AddBytes(alternate);
        return hash.ToHashCode();
    }

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
