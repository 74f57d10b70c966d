using System.Numerics;
using System.Runtime.CompilerServices;
using Relay.Tables.Text;

namespace Relay.Tables.Addresses;

/// <summary>
/// Looks up the keys of an address in the order of <see cref="AddressKeyKinds"/>: those of them that the table can
/// have. In a text file all their places in the index are fetched side by side before the first is looked at.
/// </summary>
/// <param name="table">The entries.</param>
/// <param name="domains">The kinds of keys that the table may have; null if that is unknown.</param>
internal readonly struct AddressLookup(ILookupTable table, DomainKinds? domains)
{
    private const int KindCount = 7;

    private readonly TextTable? _text = table as TextTable;

    /// <param name="probe">The address.</param>
    /// <param name="plus">Where in its local part the detail begins; 0 or less without one.</param>
    /// <param name="tried">The kinds of keys that count.</param>
    /// <param name="entry">The entry found.</param>
    /// <param name="payload">What the view keeps with it; 0 if the table is no text file.</param>
    public LookupResult Find(
        in AddressProbe probe, int plus, AddressKeyKinds tried, out TableEntry entry, out int payload)
    {
        AddressKeyKinds kinds = domains?.Of(probe) ?? AddressKeyKinds.All;
        tried &= plus > 0 ? kinds
            : kinds == AddressKeyKinds.None ? AddressKeyKinds.None
            : AddressKeyKinds.Whole | (kinds & AddressKeyKinds.Domain);
        if (plus > 0 && plus == probe.LocalLength - 1)
        {
            tried &= ~(AddressKeyKinds.UserAnyDetail | AddressKeyKinds.AnyDetail);
        }

        return _text is null
            ? FindOther(probe, plus, tried, out entry, out payload)
            : FindText(_text, probe, plus, tried, out entry, out payload);
    }

    [SkipLocalsInit]
    private static LookupResult FindText(
        TextTable text,
        in AddressProbe probe,
        int plus,
        AddressKeyKinds tried,
        out TableEntry entry,
        out int payload)
    {
        if (BitOperations.IsPow2((uint)tried))
        {
            ReadOnlySpan<byte> only = KeyOf(probe, plus, BitOperations.Log2((uint)tried));
            return Take(text, text.PlaceOf(probe.HashOf(only), only), out entry, out payload);
        }

        Span<uint> hashes = stackalloc uint[KindCount];
        for (uint left = (uint)tried; left != 0; left &= left - 1)
        {
            int kind = BitOperations.TrailingZeroCount(left);
            uint hash = probe.HashOf(KeyOf(probe, plus, kind));
            text.Approach(hash);
            hashes[kind] = hash;
        }

        for (uint left = (uint)tried; left != 0; left &= left - 1)
        {
            int kind = BitOperations.TrailingZeroCount(left);
            if (text.MayHave(hashes[kind])
                && text.PlaceOf(hashes[kind], KeyOf(probe, plus, kind)) is >= 0 and var place)
            {
                return Take(text, place, out entry, out payload);
            }
        }

        return Take(text, -1, out entry, out payload);
    }

    private static LookupResult Take(TextTable text, int place, out TableEntry entry, out int payload)
    {
        if (place < 0)
        {
            entry = default;
            payload = 0;
            return LookupResult.NotFound;
        }

        entry = text.EntryAt(place);
        payload = text.PayloadAt(place);
        return LookupResult.Found;
    }

    private LookupResult FindOther(
        in AddressProbe probe, int plus, AddressKeyKinds tried, out TableEntry entry, out int payload)
    {
        payload = 0;
        for (uint left = (uint)tried; left != 0; left &= left - 1)
        {
            LookupResult result = table.Find(KeyOf(probe, plus, BitOperations.TrailingZeroCount(left)), out entry);
            if (result != LookupResult.NotFound)
            {
                return result;
            }
        }

        entry = default;
        return LookupResult.NotFound;
    }

    private static ReadOnlySpan<byte> KeyOf(in AddressProbe probe, int plus, int kind) => (1 << kind) switch
    {
        (int)AddressKeyKinds.Whole => probe.Key(probe.LocalLength, default),
        (int)AddressKeyKinds.UserAnyDetail => probe.Key(plus, "++"u8),
        (int)AddressKeyKinds.UserDetail => probe.Key(plus, "+*"u8),
        (int)AddressKeyKinds.User => probe.Key(plus, default),
        (int)AddressKeyKinds.AnyDetail => probe.Key(0, "++"u8),
        (int)AddressKeyKinds.Detail => probe.Key(0, "+*"u8),
        _ => probe.Key(0, default),
    };
}
