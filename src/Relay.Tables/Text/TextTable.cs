using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Relay.Tables.Text;

/// <summary>
/// A text file as an <see cref="ILookupTable"/>: its octets stay as they are in one array, and an entry is seven
/// numbers (28 octets) in an open-addressing index that is a third to two thirds full. Immutable and thread-safe;
/// look-ups take no lock and allocate nothing.
/// </summary>
public sealed class TextTable : ILookupTable
{
    private readonly byte[] _text;
    private readonly TextEntry[] _slots;
    private readonly string _inline;

    internal TextTable(string name, string file, byte[] text, TextEntry[] slots, int count, string inline)
    {
        Name = name;
        File = file;
        Count = count;
        _text = text;
        _slots = slots;
        _inline = inline;
    }

    public string Name { get; }

    /// <summary>The file's path.</summary>
    public string File { get; }

    public int Count { get; }

    /// <summary>Octets held, all arrays together: for the figures of memory per entry.</summary>
    public long Octets => _text.LongLength + (_slots.LongLength * TextEntry.Octets);

    /// <summary>The places of all entries, in no order.</summary>
    internal IEnumerable<int> Places => Enumerable.Range(0, _slots.Length).Where(place => _slots[place].Hash != 0);

    public LookupResult Find(ReadOnlySpan<byte> key, out TableEntry entry)
    {
        int place = PlaceOf(key);
        if (place < 0)
        {
            entry = default;
            return LookupResult.NotFound;
        }

        entry = EntryAt(place);
        return LookupResult.Found;
    }

    /// <summary>The entry's place in the index, -1 if there is none.</summary>
    internal int PlaceOf(ReadOnlySpan<byte> key) => PlaceOf(KeyHash.NotZero(key), key);

    /// <param name="hash"><see cref="KeyHash.NotZero(ReadOnlySpan{byte})"/> of the key.</param>
    /// <param name="key">The key.</param>
    internal int PlaceOf(uint hash, ReadOnlySpan<byte> key)
    {
        TextEntry[] slots = _slots;
        if (slots.Length == 0)
        {
            return -1;
        }

        int mask = slots.Length - 1;
        for (int at = (int)hash & mask; ; at = (at + 1) & mask)
        {
            ref readonly TextEntry slot = ref slots[at];
            if (slot.Hash == 0)
            {
                return -1;
            }

            if (slot.Hash == hash && _text.AsSpan(slot.Key, slot.KeyLength).SequenceEqual(key))
            {
                return at;
            }
        }
    }

    /// <summary>True if there is an entry whose key has the hash: nearly always the key that is looked for.</summary>
    internal bool MayHave(uint hash)
    {
        TextEntry[] slots = _slots;
        for (int at = (int)hash; slots.Length > 0; at++)
        {
            uint known = slots[at & (slots.Length - 1)].Hash;
            if (known == hash || known == 0)
            {
                return known != 0;
            }
        }

        return false;
    }

    /// <summary>
    /// Begins to bring the index's line for a hash near, so that those of several keys come side by side. A hint only:
    /// harmless if the collector moves the array meanwhile, nothing where the processor has no such hint.
    /// </summary>
    internal unsafe void Approach(uint hash)
    {
        if (Sse.IsSupported && _slots.Length > 0)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref _slots[(int)hash & (_slots.Length - 1)]));
        }
    }

    internal TableEntry EntryAt(int place)
    {
        ref readonly TextEntry entry = ref _slots[place];
        return new TableEntry(
            _text.AsMemory(entry.Key, entry.KeyLength),
            _text.AsMemory(entry.Value, entry.ValueLength),
            entry.Line > 0 ? File : _inline,
            entry.Line);
    }

    /// <summary>What the table's own view keeps with an entry.</summary>
    internal int PayloadAt(int place) => _slots[place].Payload;

    internal static TextEntry[] NewSlots(int count) =>
        count == 0 ? [] : new TextEntry[BitOperations.RoundUpToPowerOf2((uint)(count + (count / 2) + 1))];
}
