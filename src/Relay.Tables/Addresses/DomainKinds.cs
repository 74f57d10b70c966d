using Relay.Tables.Text;

namespace Relay.Tables.Addresses;

/// <summary>
/// Which kinds of keys a table has for each of its domains, so that a look-up tries no others. Domains stand in it by a
/// hash: those that share one share their kinds, which says too much and never too little. With more domains than a
/// processor's cache holds it would cost what it saves, and says what the whole table has. Filled by one thread, then
/// read by any.
/// </summary>
internal sealed class DomainKinds
{
    /// <summary>At most a megabyte.</summary>
    private const int DomainsMax = 1 << 16;

    private const int KindBits = 8;

    private ulong[] _slots = new ulong[64];
    private int _count;
    private AddressKeyKinds _all;

    /// <summary>Notes a key as it is stored.</summary>
    public void Add(ReadOnlySpan<byte> key)
    {
        int at = key.LastIndexOf((byte)'@');
        if (at < 0)
        {
            return; // no domain's
        }

        AddressKeyKinds kinds = KindsOf(key);
        _all |= kinds;
        if (_slots.Length == 0)
        {
            return;
        }

        Add(KeyHash.NotZero(key[at..]), kinds);
        if (_count > DomainsMax)
        {
            _slots = [];
        }
        else if (_count * 2 > _slots.Length)
        {
            ulong[] older = _slots;
            _slots = new ulong[older.Length * 2];
            _count = 0;
            foreach (ulong slot in older.Where(static slot => slot != 0))
            {
                Add((uint)(slot >> KindBits), (AddressKeyKinds)(slot & ((1 << KindBits) - 1)));
            }
        }
    }

    /// <param name="probe">An address.</param>
    /// <returns>The kinds of keys that its domain may have; none if no key has the domain.</returns>
    public AddressKeyKinds Of(in AddressProbe probe)
    {
        ulong[] slots = _slots;
        ReadOnlySpan<byte> domain = probe.Key(0, default);
        if (slots.Length == 0 || domain[1..].Contains((byte)'@'))
        {
            return _all; // such a key stands under what is behind its last @
        }

        uint hash = probe.HashOf(domain);
        for (int at = (int)hash & (slots.Length - 1); slots[at] != 0; at = (at + 1) & (slots.Length - 1))
        {
            if ((uint)(slots[at] >> KindBits) == hash)
            {
                return (AddressKeyKinds)(slots[at] & ((1 << KindBits) - 1));
            }
        }

        return AddressKeyKinds.None;
    }

    private void Add(uint hash, AddressKeyKinds kinds)
    {
        int at = (int)hash & (_slots.Length - 1);
        while (_slots[at] != 0 && (uint)(_slots[at] >> KindBits) != hash)
        {
            at = (at + 1) & (_slots.Length - 1);
        }

        _count += _slots[at] == 0 ? 1 : 0;
        _slots[at] |= ((ulong)hash << KindBits) | (ulong)kinds;
    }

    /// <summary>What is not in it cannot be it: a local part may hold an @, too.</summary>
    private static AddressKeyKinds KindsOf(ReadOnlySpan<byte> key)
    {
        AddressKeyKinds kinds = AddressKeyKinds.User | (key.StartsWith("@"u8) ? AddressKeyKinds.Domain : default);
        if (!key.Contains((byte)'+'))
        {
            return kinds;
        }

        ReadOnlySpan<byte> rest = key[1..];
        return kinds
            | (rest.Contains((byte)'+') ? AddressKeyKinds.Whole : default)
            | (rest.IndexOf("++@"u8) >= 0 ? AddressKeyKinds.UserAnyDetail : default)
            | (rest.IndexOf("+*@"u8) >= 0 ? AddressKeyKinds.UserDetail : default)
            | (key.StartsWith("++@"u8) ? AddressKeyKinds.AnyDetail : default)
            | (key.StartsWith("+*@"u8) ? AddressKeyKinds.Detail : default);
    }
}
