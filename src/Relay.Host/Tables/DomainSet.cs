namespace Relay.Host.Tables;

/// <summary>
/// Domains that stand for themselves and everything below them. Immutable once filled; lookups allocate nothing.
/// </summary>
internal sealed class DomainSet
{
    private readonly HashSet<byte[]> _domains = new(OctetsComparer.Instance);
    private readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    public DomainSet()
    {
        _lookup = _domains.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public int Count => _domains.Count;

    /// <param name="domain">
    /// As <see cref="DomainName.TryNormalize"/> gives it, or an address literal in lower case.
    /// </param>
    public void Add(string domain) => _domains.Add(OctetsComparer.ToKey(domain));

    /// <summary>True if the folded domain is an entry or, unless <paramref name="exact"/>, lies below one.</summary>
    public bool Contains(ReadOnlySpan<byte> folded, bool exact)
    {
        while (!folded.IsEmpty)
        {
            if (_lookup.Contains(folded))
            {
                return true;
            }

            int dot = exact || folded[0] == (byte)'[' ? -1 : folded.IndexOf((byte)'.');
            if (dot < 0)
            {
                return false;
            }

            folded = folded[(dot + 1)..];
        }

        return false;
    }
}
