using System.Runtime.CompilerServices;
using Relay.Tables.Text;

namespace Relay.Tables.Addresses;

/// <summary>
/// <c>virtusertable</c>: addresses of our own and virtual domains and what they stand for. Order for
/// <c>user+detail@dom</c>: <c>user+detail@dom</c>, <c>user++@dom</c> (detail not empty), <c>user+*@dom</c>,
/// <c>user@dom</c>, <c>++@dom</c>, <c>+*@dom</c>, <c>@dom</c>; without detail <c>user@dom</c>, <c>@dom</c>. Whose
/// domains it applies to is the caller's matter. Immutable and thread-safe; look-ups in a text file allocate nothing.
/// (Sendmail: cf/README, "Virtual hosting: virtual user table".)
/// </summary>
public sealed class VirtUserTable
{
    /// <summary>The payload of an entry that refuses.</summary>
    private const int ErrorPayload = 1;

    private readonly ILookupTable _table;
    private readonly AddressLookup _lookup;

    /// <param name="table">The entries.</param>
    public VirtUserTable(ILookupTable table)
        : this(table, null)
    {
    }

    /// <param name="table">The entries.</param>
    /// <param name="kinds">The kinds of keys that it may have; null if that is unknown.</param>
    private VirtUserTable(ILookupTable table, DomainKinds? kinds)
    {
        _table = table;
        _lookup = new AddressLookup(table, kinds);
    }

    public static VirtUserTable Empty { get; } = new(new EmptyTable("virtusertable"));

    /// <summary>The entries.</summary>
    public ILookupTable Entries => _table;

    public int Count => _table.Count;

    /// <param name="localPart">The local part, without quotes, in any case.</param>
    /// <param name="domain">The domain in any case.</param>
    /// <param name="hit">The entry found.</param>
    [SkipLocalsInit]
    public LookupResult Find(ReadOnlySpan<byte> localPart, ReadOnlySpan<byte> domain, out AddressHit hit)
    {
        Span<byte> buffer = stackalloc byte[AddressProbe.BufferLength];
        if (_table.Count == 0 || !AddressProbe.TryStart(localPart, domain, buffer, out AddressProbe probe))
        {
            hit = default;
            return LookupResult.NotFound;
        }

        LookupResult result = _lookup.Find(
            probe, localPart.IndexOf((byte)'+'), AddressKeyKinds.All, out TableEntry entry, out int payload);
        hit = result != LookupResult.Found ? default
            : _table is TextTable && payload != ErrorPayload ? new AddressHit(entry, IsError: false, default)
            : AddressHit.Of(entry);
        return result;
    }

    /// <summary>Reads a file; what is wrong goes to <paramref name="problems"/>.</summary>
    internal static VirtUserTable Read(TableText text, ProblemList problems)
    {
        var builder = new TextTableBuilder("virtusertable", text, problems);
        var kinds = new DomainKinds();
        foreach (PairLine line in new PairReader(text, problems))
        {
            ReadOnlyMemory<byte> value = text.Octets.AsMemory(line.ValueAt, line.ValueLength);
            if (AddressValue.Check(value, line.Number, problems))
            {
                int payload = AddressValue.IsError(value.Span) ? ErrorPayload : 0;
                AddressKeys.Add(builder, text, line, problems, kinds, needsDomain: true, payload);
            }
        }

        return new VirtUserTable(builder.Build(), kinds);
    }
}
