using System.Text;
using Relay.Tables.Text;

namespace Relay.Tables.Addresses;

/// <summary>
/// <c>domaintable</c>: a whole domain and the domain that takes its place in every address; one pass, no subdomains,
/// address literals exempt. Immutable and thread-safe; look-ups in a text file allocate nothing. (Sendmail: cf/README,
/// FEATURE(domaintable).)
/// </summary>
public sealed class DomainTable
{
    private readonly ILookupTable _table;

    /// <param name="table">The entries.</param>
    public DomainTable(ILookupTable table) => _table = table;

    public static DomainTable Empty { get; } = new(new EmptyTable("domaintable"));

    /// <summary>The entries; the values are domains.</summary>
    public ILookupTable Entries => _table;

    public int Count => _table.Count;

    /// <param name="domain">In any case.</param>
    /// <param name="entry">Its value is the new domain.</param>
    public LookupResult Find(ReadOnlySpan<byte> domain, out TableEntry entry)
    {
        entry = default;
        if (_table.Count == 0 || domain.IsEmpty || domain[0] == (byte)'[')
        {
            return LookupResult.NotFound;
        }

        Span<byte> scratch = stackalloc byte[DomainName.LengthMax];
        ReadOnlySpan<byte> folded = DomainName.Fold(domain, scratch);
        return folded.IsEmpty ? LookupResult.NotFound : _table.Find(folded, out entry);
    }

    /// <summary>Reads a file; what is wrong goes to <paramref name="problems"/>.</summary>
    internal static DomainTable Read(TableText text, ProblemList problems)
    {
        var builder = new TextTableBuilder("domaintable", text, problems);
        foreach (PairLine line in new PairReader(text, problems))
        {
            string key = Encoding.UTF8.GetString(text.Octets.AsSpan(line.KeyAt, line.KeyLength));
            string value = Encoding.UTF8.GetString(text.Octets.AsSpan(line.ValueAt, line.ValueLength));
            if (!DomainName.TryNormalize(value, out _))
            {
                problems.Error(line.Number, $"\"{value}\" is not a domain");
            }
            else if (DomainName.TryNormalize(key.Length > 1 ? key.TrimEnd('.') : key, out string domain))
            {
                builder.Add(line, domain, 0);
            }
            else
            {
                problems.Error(line.Number, $"\"{key}\" is not a domain");
            }
        }

        return new DomainTable(builder.Build());
    }
}
