using Relay.Tables.Text;

namespace Relay.Tables.Addresses;

/// <summary>
/// The keys that one address stands for, written one after the other into one buffer: the folded local part, from the
/// middle of the buffer, and the folded domain behind it, which is copied to where a shorter local part ends.
/// </summary>
internal readonly struct AddressProbe
{
    /// <summary>Octets of the longest local part looked up; RFC 5321 §4.5.3.1.3 ends paths at 256.</summary>
    private const int LocalPartMax = 320;

    private const int DomainAt = LocalPartMax + 4 + DomainName.LengthMax;

    /// <summary>Octets of the buffer: the key as it is tried, then the folded domain.</summary>
    public const int BufferLength = DomainAt + DomainName.LengthMax;

    private readonly int _local;
    private readonly int _domain;

    private AddressProbe(int local, int domain)
    {
        _local = local;
        _domain = domain;
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

        int folded = DomainName.Fold(domain, buffer[DomainAt..]).Length;
        localPart.CopyTo(buffer);
        PairReader.ToLower(buffer[..localPart.Length]);
        probe = new AddressProbe(localPart.Length, folded);
        return folded > 0 || domain.IsEmpty;
    }

    /// <summary>The whole address.</summary>
    public ReadOnlySpan<byte> Whole(Span<byte> buffer) => At(buffer, _local);

    /// <summary>
    /// The first octets of the local part, then <paramref name="suffix"/>, then the domain. The local part's octets
    /// behind the first are overwritten: keys must be asked for from the longest <paramref name="local"/> on.
    /// </summary>
    public ReadOnlySpan<byte> With(Span<byte> buffer, int local, ReadOnlySpan<byte> suffix)
    {
        suffix.CopyTo(buffer[local..]);
        return At(buffer, local + suffix.Length);
    }

    private ReadOnlySpan<byte> At(Span<byte> buffer, int at)
    {
        buffer[at] = (byte)'@';
        buffer.Slice(DomainAt, _domain).CopyTo(buffer[(at + 1)..]);
        return buffer[..(at + 1 + _domain)];
    }
}
