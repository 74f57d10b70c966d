using System.Runtime.CompilerServices;
using System.Text;
using Relay.Tables.Addresses;
using Relay.Tables.Text;

namespace Relay.Tables.Aliases;

/// <summary>
/// <c>aliases</c>: local names and what they stand for. Order: the full address, which Sendmail does not look up
/// (<c>user+detail@dom</c>, <c>user+*@dom</c>, <c>user@dom</c>), then <c>user+detail</c>, <c>user+*</c>, <c>user</c>.
/// Following the targets, loops and included files are the caller's matter. Immutable and thread-safe; look-ups in a
/// text file allocate nothing. (Sendmail: aliases(5).)
/// </summary>
public sealed class AliasTable
{
    private readonly AliasEntries[] _files;

    /// <summary>A table that is not a text file: its values are parsed at each look-up.</summary>
    public AliasTable(ILookupTable table)
        : this([new AliasEntries(table, [], [])])
    {
    }

    internal AliasTable(AliasEntries[] files)
    {
        _files = files;
        Files = [.. files.Select(static file => file.Table)];
        Count = files.Sum(static file => file.Table.Count);
    }

    public static AliasTable Empty { get; } = new(new EmptyTable("aliases"));

    /// <summary>The entries of each file, in the order in which they are asked for a name.</summary>
    public IReadOnlyList<ILookupTable> Files { get; }

    public int Count { get; }

    /// <summary>Several files as one table: a name is looked up in one after the other.</summary>
    public static AliasTable Of(IEnumerable<AliasTable> tables) => new([.. tables.SelectMany(table => table._files)]);

    /// <param name="localPart">The local part, without quotes, in any case.</param>
    /// <param name="domain">The domain; empty for an unqualified name.</param>
    /// <param name="hit">The alias found.</param>
    [SkipLocalsInit]
    public LookupResult Find(ReadOnlySpan<byte> localPart, ReadOnlySpan<byte> domain, out AliasHit hit)
    {
        hit = default;
        Span<byte> buffer = stackalloc byte[AddressProbe.BufferLength];
        if (Count == 0 || localPart.IsEmpty
            || !AddressProbe.TryStart(localPart, domain, buffer, out AddressProbe probe))
        {
            return LookupResult.NotFound;
        }

        int plus = localPart.IndexOf((byte)'+');
        LookupResult result = LookupResult.NotFound;
        if (!domain.IsEmpty)
        {
            result = Try(probe.Key(localPart.Length, default), out hit);
            if (plus > 0 && result == LookupResult.NotFound)
            {
                result = Try(probe.Key(plus, "+*"u8), out hit);
                if (result == LookupResult.NotFound)
                {
                    result = Try(probe.Key(plus, default), out hit);
                }
            }
        }

        return result == LookupResult.NotFound ? FindName(localPart, plus, buffer, out hit) : result;
    }

    /// <summary>
    /// The owner of a list, to whom the list's bounces go: <c>owner-NAME</c>; of an alias that is itself an owner,
    /// <c>owner-owner</c>.
    /// </summary>
    /// <param name="name">The alias's name, as its hit's key has it.</param>
    /// <param name="hit">The owner's alias.</param>
    public LookupResult FindOwner(ReadOnlySpan<byte> name, out AliasHit hit)
    {
        hit = default;
        ReadOnlySpan<byte> prefix = "owner-"u8;
        Span<byte> buffer = stackalloc byte[AddressProbe.BufferLength];
        if (Count == 0 || name.Length + prefix.Length > buffer.Length)
        {
            return LookupResult.NotFound;
        }

        bool isOwner = name.Length > prefix.Length && Ascii.EqualsIgnoreCase(name[..prefix.Length], prefix);
        ReadOnlySpan<byte> owned = isOwner ? "owner"u8 : name;
        prefix.CopyTo(buffer);
        owned.CopyTo(buffer[prefix.Length..]);
        Span<byte> key = buffer[..(prefix.Length + owned.Length)];
        PairReader.ToLower(key);
        return Try(key, out hit);
    }

    /// <summary>Reads a file; what is wrong goes to <paramref name="problems"/>.</summary>
    internal static AliasTable Read(TableText text, ProblemList problems) => AliasReader.Read(text, problems);

    private LookupResult FindName(ReadOnlySpan<byte> localPart, int plus, Span<byte> buffer, out AliasHit hit)
    {
        localPart.CopyTo(buffer);
        PairReader.ToLower(buffer[..localPart.Length]);
        LookupResult result = Try(buffer[..localPart.Length], out hit);
        if (plus > 0 && result == LookupResult.NotFound)
        {
            "+*"u8.CopyTo(buffer[plus..]);
            result = Try(buffer[..(plus + 2)], out hit);
            if (result == LookupResult.NotFound)
            {
                result = Try(buffer[..plus], out hit);
            }
        }

        return result;
    }

    private LookupResult Try(ReadOnlySpan<byte> key, out AliasHit hit)
    {
        foreach (AliasEntries file in _files)
        {
            LookupResult result = file.Find(key, out hit);
            if (result != LookupResult.NotFound)
            {
                return result;
            }
        }

        hit = default;
        return LookupResult.NotFound;
    }
}
