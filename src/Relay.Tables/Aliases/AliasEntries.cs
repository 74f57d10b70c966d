using Relay.Tables.Text;

namespace Relay.Tables.Aliases;

/// <summary>
/// The aliases of one file, with what they stand for. Immutable and thread-safe; look-ups in a text file allocate
/// nothing.
/// </summary>
internal sealed class AliasEntries(ILookupTable table, AliasTarget[] targets, int[] starts)
{
    private readonly TextTable? _text = table as TextTable;

    public ILookupTable Table => table;

    public LookupResult Find(ReadOnlySpan<byte> key, out AliasHit hit)
    {
        hit = default;
        if (_text is not null)
        {
            int place = _text.PlaceOf(key);
            if (place < 0)
            {
                return LookupResult.NotFound;
            }

            int number = _text.PayloadAt(place);
            int start = starts[number];
            hit = new AliasHit(targets.AsMemory(start, starts[number + 1] - start), _text.EntryAt(place));
            return LookupResult.Found;
        }

        LookupResult result = table.Find(key, out TableEntry entry);
        if (result == LookupResult.Found)
        {
            var problems = new ProblemList(entry.File);
            var parsed = new List<AliasTarget>();
            AliasSyntax.Parse(entry.Value, entry.Line, problems, parsed);
            hit = new AliasHit(parsed.ToArray(), entry);
            return problems.HasErrors ? LookupResult.TemporaryFailure : result;
        }

        return result;
    }
}
