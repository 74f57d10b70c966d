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
    private readonly ILookupTable _table;

    /// <param name="table">The entries.</param>
    public GenericsTable(ILookupTable table) => _table = table;

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
        LookupResult result = domain.IsEmpty
            ? LookupResult.NotFound
            : FindQualified(probe, buffer, plus, out hit);
        if (result == LookupResult.NotFound)
        {
            // The qualified keys have overwritten the local part.
            localPart[..user].CopyTo(buffer);
            PairReader.ToLower(buffer[..user]);
            result = Try(buffer[..user], out hit);
        }

        if (result == LookupResult.NotFound && plus > 0)
        {
            "+*"u8.CopyTo(buffer[user..]);
            result = Try(buffer[..(user + 2)], out hit);
        }

        return result;
    }

    /// <summary>Reads a file; what is wrong goes to <paramref name="problems"/>.</summary>
    internal static GenericsTable Read(TableText text, ProblemList problems)
    {
        var builder = new TextTableBuilder("genericstable", text, problems);
        foreach (PairLine line in new PairReader(text, problems))
        {
            ReadOnlyMemory<byte> value = text.Octets.AsMemory(line.ValueAt, line.ValueLength);
            if (AddressValue.IsError(value.Span))
            {
                problems.Error(line.Number, "genericstable cannot refuse; expected an address");
            }
            else if (AddressValue.Check(value, line.Number, problems))
            {
                AddressKeys.Add(builder, text, line, problems, needsDomain: false);
            }
        }

        return new GenericsTable(builder.Build());
    }

    private LookupResult FindQualified(AddressProbe probe, Span<byte> buffer, int plus, out AddressHit hit)
    {
        LookupResult result = Try(probe.Whole(buffer), out hit);
        if (plus > 0 && result == LookupResult.NotFound)
        {
            result = Try(probe.With(buffer, plus, "+*"u8), out hit);
            if (result == LookupResult.NotFound)
            {
                result = Try(probe.With(buffer, plus, default), out hit);
            }
        }

        return result == LookupResult.NotFound ? Try(probe.With(buffer, 0, default), out hit) : result;
    }

    private LookupResult Try(ReadOnlySpan<byte> key, out AddressHit hit)
    {
        LookupResult result = _table.Find(key, out TableEntry entry);
        hit = result == LookupResult.Found ? new AddressHit(entry, IsError: false, default) : default;
        return result;
    }
}
