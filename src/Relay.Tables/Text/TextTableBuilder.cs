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
        new TextEntry(0, line.KeyAt, keyLength, line.ValueAt, line.ValueLength, line.Number, payload));

    /// <summary>Adds an entry under a key that does not stand in the text.</summary>
    public void Add(PairLine line, string key, int payload)
    {
        int at = text.Octets.Length + _extra.Count;
        byte[] octets = Encoding.UTF8.GetBytes(key);
        _extra.AddRange(octets);
        _entries.Add(
            new TextEntry(0, at, octets.Length, line.ValueAt, line.ValueLength, line.Number, payload));
    }

    public TextTable Build(bool warnOfDuplicates = true)
    {
        byte[] octets = _extra.Count == 0 ? text.Octets : [.. text.Octets, .. _extra];
        TextEntry[] slots = TextTable.NewSlots(_entries.Count);
        int mask = slots.Length - 1;
        int count = 0;
        foreach (TextEntry entry in _entries)
        {
            ReadOnlySpan<byte> key = octets.AsSpan(entry.Key, entry.KeyLength);
            uint hash = KeyHash.NotZero(key);
            int at = (int)hash & mask;
            while (slots[at].Hash != 0 && !IsSame(octets, slots[at], hash, key))
            {
                at = (at + 1) & mask;
            }

            if (slots[at].Hash == 0)
            {
                slots[at] = entry with { Hash = hash };
                count++;
            }
            else if (warnOfDuplicates)
            {
                problems.Warn(
                    entry.Line,
                    $"duplicate key \"{Encoding.UTF8.GetString(key)}\" is ignored, line {slots[at].Line} has it first");
            }
        }

        return new TextTable(name, text.Path, octets, slots, count, TableText.Inline);
    }

    private static bool IsSame(byte[] octets, in TextEntry other, uint hash, ReadOnlySpan<byte> key) =>
        other.Hash == hash && octets.AsSpan(other.Key, other.KeyLength).SequenceEqual(key);
}
