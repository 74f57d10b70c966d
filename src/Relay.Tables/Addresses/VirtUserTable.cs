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
    private readonly ILookupTable _table;

    /// <param name="table">The entries.</param>
    public VirtUserTable(ILookupTable table) => _table = table;

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
        hit = default;
        Span<byte> buffer = stackalloc byte[AddressProbe.BufferLength];
        if (_table.Count == 0 || !AddressProbe.TryStart(localPart, domain, buffer, out AddressProbe probe))
        {
            return LookupResult.NotFound;
        }

        LookupResult result = Try(probe.Whole(buffer), out hit);
        int plus = localPart.IndexOf((byte)'+');
        if (plus > 0 && result == LookupResult.NotFound)
        {
            result = TryDetail(probe, buffer, plus, localPart.Length > plus + 1, out hit);
        }

        return result == LookupResult.NotFound ? Try(probe.With(buffer, 0, default), out hit) : result;
    }

    /// <summary>Reads a file; what is wrong goes to <paramref name="problems"/>.</summary>
    internal static VirtUserTable Read(TableText text, ProblemList problems)
    {
        var builder = new TextTableBuilder("virtusertable", text, problems);
        foreach (PairLine line in new PairReader(text, problems))
        {
            if (AddressValue.Check(text.Octets.AsMemory(line.ValueAt, line.ValueLength), line.Number, problems))
            {
                AddressKeys.Add(builder, text, line, problems, needsDomain: true);
            }
        }

        return new VirtUserTable(builder.Build());
    }

    private LookupResult TryDetail(AddressProbe probe, Span<byte> buffer, int plus, bool hasDetail, out AddressHit hit)
    {
        hit = default;
        LookupResult result = hasDetail ? Try(probe.With(buffer, plus, "++"u8), out hit) : LookupResult.NotFound;
        if (result == LookupResult.NotFound)
        {
            result = Try(probe.With(buffer, plus, "+*"u8), out hit);
        }

        if (result == LookupResult.NotFound)
        {
            result = Try(probe.With(buffer, plus, default), out hit);
        }

        if (result == LookupResult.NotFound && hasDetail)
        {
            result = Try(probe.With(buffer, 0, "++"u8), out hit);
        }

        return result == LookupResult.NotFound ? Try(probe.With(buffer, 0, "+*"u8), out hit) : result;
    }

    private LookupResult Try(ReadOnlySpan<byte> key, out AddressHit hit)
    {
        LookupResult result = _table.Find(key, out TableEntry entry);
        hit = result == LookupResult.Found ? AddressHit.Of(entry) : default;
        return result;
    }
}
