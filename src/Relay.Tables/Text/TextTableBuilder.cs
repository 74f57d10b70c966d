using System.Text;

namespace Relay.Tables.Text;

/// <summary>
/// Collects the entries of a file and makes the table. Of duplicate keys the first is kept, with a warning (Sendmail:
/// makemap keeps the first and ends with an error).
/// </summary>
internal sealed class TextTableBuilder(string name, TableText text, ProblemList problems)
{
    /// <summary>A first guess at the lines' length; the list grows where it is wrong.</summary>
    private const int LineLength = 24;

    private readonly List<TextEntry> _entries = new(text.Octets.Length / LineLength);
    private readonly List<byte> _extra = [];

    /// <summary>Adds an entry whose key stands in the text.</summary>
    /// <param name="line">The entry.</param>
    /// <param name="keyLength">Octets of the key that count.</param>
    /// <param name="payload">What the table's view keeps with the entry.</param>
    public void Add(PairLine line, int keyLength, int payload) => _entries.Add(
        new TextEntry(line.KeyAt, keyLength, line.ValueAt, line.ValueLength, line.Number, payload));

    /// <summary>Adds an entry under a key that does not stand in the text.</summary>
    public void Add(PairLine line, string key, int payload)
    {
        int at = text.Octets.Length + _extra.Count;
        byte[] octets = Encoding.UTF8.GetBytes(key);
        _extra.AddRange(octets);
        _entries.Add(
            new TextEntry(at, octets.Length, line.ValueAt, line.ValueLength, line.Number, payload));
    }

    public TextTable Build(bool warnOfDuplicates = true)
    {
        byte[] octets = _extra.Count == 0 ? text.Octets : [.. text.Octets, .. _extra];
        ulong[] slots = TextTable.NewSlots(_entries.Count);
        int mask = slots.Length - 1;
        int kept = 0;
        var entries = new TextEntry[_entries.Count];
        foreach (TextEntry entry in _entries)
        {
            ReadOnlySpan<byte> key = octets.AsSpan(entry.Key, entry.KeyLength);
            uint hash = KeyHash.Of(key);
            int at = (int)hash & mask;
            int first = -1;
            for (; slots[at] != 0; at = (at + 1) & mask)
            {
                TextEntry other = entries[(int)(uint)slots[at] - 1];
                if ((uint)(slots[at] >> 32) == hash && octets.AsSpan(other.Key, other.KeyLength).SequenceEqual(key))
                {
                    first = other.Line;
                    break;
                }
            }

            if (first < 0)
            {
                entries[kept++] = entry;
                slots[at] = ((ulong)hash << 32) | (uint)kept;
            }
            else if (warnOfDuplicates)
            {
                problems.Warn(
                    entry.Line,
                    $"duplicate key \"{Encoding.UTF8.GetString(key)}\" is ignored, line {first} has it first");
            }
        }

        Array.Resize(ref entries, kept);
        return new TextTable(name, text.Path, octets, entries, slots, TableText.Inline);
    }
}
