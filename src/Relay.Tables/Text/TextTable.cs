using System.Numerics;

namespace Relay.Tables.Text;

/// <summary>
/// A text file as an <see cref="ILookupTable"/>: its octets stay as they are in one array, an entry is six numbers
/// (24 octets), and an open-addressing index over the keys holds 12 to 24 octets per entry. Immutable and thread-safe;
/// look-ups take no lock and allocate nothing.
/// </summary>
public sealed class TextTable : ILookupTable
{
    private readonly byte[] _text;
    private readonly TextEntry[] _entries;
    private readonly ulong[] _slots;
    private readonly string _inline;

    internal TextTable(string name, string file, byte[] text, TextEntry[] entries, ulong[] slots, string inline)
    {
        Name = name;
        File = file;
        _text = text;
        _entries = entries;
        _slots = slots;
        _inline = inline;
    }

    public string Name { get; }

    /// <summary>The file's path.</summary>
    public string File { get; }

    public int Count => _entries.Length;

    /// <summary>Octets held, all arrays together: for the figures of memory per entry.</summary>
    public long Octets => _text.LongLength + (_entries.LongLength * TextEntry.Octets) + (_slots.LongLength * 8);

    public LookupResult Find(ReadOnlySpan<byte> key, out TableEntry entry)
    {
        int index = IndexOf(key);
        if (index < 0)
        {
            entry = default;
            return LookupResult.NotFound;
        }

        entry = EntryAt(index);
        return LookupResult.Found;
    }

    /// <summary>The entry's number in the order of the file, -1 if there is none.</summary>
    internal int IndexOf(ReadOnlySpan<byte> key)
    {
        ulong[] slots = _slots;
        if (slots.Length == 0)
        {
            return -1;
        }

        uint hash = KeyHash.Of(key);
        int mask = slots.Length - 1;
        for (int at = (int)hash & mask; ; at = (at + 1) & mask)
        {
            ulong slot = slots[at];
            if (slot == 0)
            {
                return -1;
            }

            if ((uint)(slot >> 32) == hash)
            {
                int index = (int)(uint)slot - 1;
                if (KeyAt(index).SequenceEqual(key))
                {
                    return index;
                }
            }
        }
    }

    internal TableEntry EntryAt(int index)
    {
        ref readonly TextEntry entry = ref _entries[index];
        return new TableEntry(
            _text.AsMemory(entry.Key, entry.KeyLength),
            _text.AsMemory(entry.Value, entry.ValueLength),
            entry.Line > 0 ? File : _inline,
            entry.Line);
    }

    /// <summary>What the table's own view keeps with an entry.</summary>
    internal int PayloadAt(int index) => _entries[index].Payload;

    internal ReadOnlySpan<byte> KeyAt(int index)
    {
        ref readonly TextEntry entry = ref _entries[index];
        return _text.AsSpan(entry.Key, entry.KeyLength);
    }

    internal static ulong[] NewSlots(int count) =>
        count == 0 ? [] : new ulong[BitOperations.RoundUpToPowerOf2((uint)(count + (count / 2) + 1))];
}
