using Relay.Tables.Text;

namespace Relay.Tables.Addresses;

/// <summary>
/// The keys that one address stands for. In a buffer stand the folded local part and, at a place of its own, the folded
/// domain behind its @; the local part of a key is written before that, so that all keys end in the same octets, whose
/// part of the hash is worked out once.
/// </summary>
internal readonly ref struct AddressProbe
{
    /// <summary>Octets of the longest local part looked up; RFC 5321 §4.5.3.1.3 ends paths at 256.</summary>
    private const int LocalPartMax = 320;

    /// <summary>Where the @ stands: behind the folded local part and the longest one of a key.</summary>
    private const int At = LocalPartMax + LocalPartMax + 2;

    /// <summary>Octets of the buffer.</summary>
    public const int BufferLength = At + 1 + DomainName.LengthMax;

    private readonly Span<byte> _buffer;
    private readonly int _local;
    private readonly int _end;
    private readonly int _hashed;
    private readonly ulong _hash;

    private AddressProbe(Span<byte> buffer, int local, int end)
    {
        _buffer = buffer;
        _local = local;
        _end = end;
        ReadOnlySpan<byte> domain = buffer[At..end];
        _hash = KeyHash.End(0, domain);
        _hashed = domain.Length & -sizeof(ulong);
    }

    /// <summary>False if the address cannot be in a table.</summary>
    public static bool TryStart(
        ReadOnlySpan<byte> localPart, ReadOnlySpan<byte> domain, Span<byte> buffer, out AddressProbe probe)
    {
        probe = default;
        if (localPart.Length > LocalPartMax)
        {
            return false;
        }

        int folded = DomainName.Fold(domain, buffer[(At + 1)..]).Length;
        if (folded == 0 && !domain.IsEmpty)
        {
            return false;
        }

        localPart.CopyTo(buffer);
        PairReader.ToLower(buffer[..localPart.Length]);
        buffer[At] = (byte)'@';
        probe = new AddressProbe(buffer, localPart.Length, At + 1 + folded);
        return true;
    }

    /// <summary>Octets of the local part.</summary>
    public int LocalLength => _local;

    /// <summary>
    /// The first octets of the local part, then <paramref name="suffix"/> (at most two octets), then the domain. Stands
    /// until the next key is asked for.
    /// </summary>
    public ReadOnlySpan<byte> Key(int local, ReadOnlySpan<byte> suffix)
    {
        int start = At - suffix.Length - local;
        _buffer[..local].CopyTo(_buffer[start..]);
        suffix.CopyTo(_buffer[(At - suffix.Length)..]);
        return _buffer[start.._end];
    }

    /// <summary>The first octets of the local part, then <paramref name="suffix"/>, without a domain.</summary>
    public ReadOnlySpan<byte> Name(int local, ReadOnlySpan<byte> suffix) =>
        Key(local, suffix)[..(local + suffix.Length)];

    /// <summary><see cref="KeyHash.NotZero(ReadOnlySpan{byte})"/> of a <see cref="Key"/>.</summary>
    public uint HashOf(ReadOnlySpan<byte> key) => KeyHash.NotZero(_hash, key[..^_hashed], key.Length);
}
