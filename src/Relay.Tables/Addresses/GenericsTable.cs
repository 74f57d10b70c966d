using System.Runtime.CompilerServices;
using Relay.Tables.Text;

namespace Relay.Tables.Addresses;

/// <summary>
/// <c>genericstable</c>: our users' addresses and what the world sees instead. Order for <c>user+detail@dom</c>:
/// <c>user+detail@dom</c>, <c>user+*@dom</c>, <c>user@dom</c>, <c>@dom</c>, <c>user</c>, <c>user+*</c>. Whose domains
/// it applies to is the caller's matter. Immutable and thread-safe; look-ups in a text file allocate nothing.
/// (Sendmail: cf/README, FEATURE(genericstable).)
/// </summary>
public sealed class GenericsTable
{
    private const AddressKeyKinds Tried =
        AddressKeyKinds.Whole | AddressKeyKinds.UserDetail | AddressKeyKinds.User | AddressKeyKinds.Domain;

    private readonly ILookupTable _table;
    private readonly AddressLookup _lookup;

    /// <param name="table">The entries.</param>
    public GenericsTable(ILookupTable table)
        : this(table, null)
    {
    }

    /// <param name="table">The entries.</param>
    /// <param name="kinds">The kinds of keys that it may have; null if that is unknown.</param>
    private GenericsTable(ILookupTable table, DomainKinds? kinds)
    {
        _table = table;
        _lookup = new AddressLookup(table, kinds);
    }

    public static GenericsTable Empty { get; } = new(new EmptyTable("genericstable"));

    /// <summary>The entries.</summary>
    public ILookupTable Entries => _table;

    public int Count => _table.Count;

    /// <param name="localPart">The local part, without quotes, in any case.</param>
    /// <param name="domain">The domain in any case; empty for an unqualified address.</param>
    /// <param name="hit">The entry found; never an error.</param>
    [SkipLocalsInit]
    public LookupResult Find(ReadOnlySpan<byte> localPart, ReadOnlySpan<byte> domain, out AddressHit hit)
    {
        hit = default;
        Span<byte> buffer = stackalloc byte[AddressProbe.BufferLength];
        if (_table.Count == 0 || localPart.IsEmpty
            || !AddressProbe.TryStart(localPart, domain, buffer, out AddressProbe probe))
        {
            return LookupResult.NotFound;
        }

        int plus = localPart.IndexOf((byte)'+');
        int user = plus > 0 ? plus : localPart.Length;
        TableEntry entry = default;
        LookupResult result = domain.IsEmpty
            ? LookupResult.NotFound
            : _lookup.Find(probe, plus, Tried, out entry, out _);
        if (result == LookupResult.NotFound)
        {
            result = _table.Find(probe.Name(user, default), out entry);
        }

        if (result == LookupResult.NotFound && plus > 0)
        {
            result = _table.Find(probe.Name(user, "+*"u8), out entry);
        }

        hit = result == LookupResult.Found ? new AddressHit(entry, IsError: false, default) : default;
        return result;
    }

    /// <summary>Reads a file; what is wrong goes to <paramref name="problems"/>.</summary>
    internal static GenericsTable Read(TableText text, ProblemList problems)
    {
        var builder = new TextTableBuilder("genericstable", text, problems);
        var kinds = new DomainKinds();
        foreach (PairLine line in new PairReader(text, problems))
        {
            ReadOnlyMemory<byte> value = text.Octets.AsMemory(line.ValueAt, line.ValueLength);
            if (AddressValue.IsError(value.Span))
            {
                problems.Error(line.Number, "genericstable cannot refuse; expected an address");
            }
            else if (AddressValue.Check(value, line.Number, problems))
            {
                AddressKeys.Add(builder, text, line, problems, kinds, needsDomain: false);
            }
        }

        return new GenericsTable(builder.Build(), kinds);
    }
}
