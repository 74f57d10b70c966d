using System.Net;
using System.Numerics;
using Relay.Tables.Text;

namespace Relay.Tables.Access;

/// <summary>
/// The access database: Sendmail's look-up order for each form of key. A look-up is <see cref="LookupResult.NotFound"/>
/// with the entry named in the hit if <c>SKIP</c> ended it, and without one if nothing was there. Keys of Connect, From
/// and To are tried with the tag and then without, at each step of a walk: more specific beats tagged. Immutable and
/// thread-safe; look-ups in a text file allocate nothing and take no lock. (Sendmail: cf/README, "Access database";
/// rulesets LookUpDomain, LookUpAddress, LookUpExact, LookUpUser.)
/// </summary>
public sealed class AccessTable
{
    /// <summary>Octets of the longest local part looked up; RFC 5321 §4.5.3.1.3 ends paths at 256.</summary>
    private const int LocalPartMax = 320;

    private const int BufferLength = AccessTags.LengthMax + LocalPartMax + DomainName.LengthMax + 4;

    private readonly ILookupTable _table;
    private readonly TextTable? _text;
    private readonly AccessValue[] _values;
    private readonly PrefixLengths _lengths;
    private readonly bool _lookupDotDomain;
    private readonly uint _tags;

    /// <summary>A table that is not a text file: its values are parsed at each look-up.</summary>
    /// <param name="table">The entries; keys in the forms that <c>access</c> has.</param>
    /// <param name="lookupDotDomain">
    /// Sendmail's feature lookupdotdomain: <c>.b.c</c> is tried before <c>b.c</c>.
    /// </param>
    public AccessTable(ILookupTable table, bool lookupDotDomain = false)
        : this(table, [], PrefixLengths.Borders, lookupDotDomain)
    {
    }

    /// <param name="tags">A bit for each tag that a key has.</param>
    internal AccessTable(
        ILookupTable table, AccessValue[] values, PrefixLengths lengths, bool lookupDotDomain, uint tags = uint.MaxValue)
    {
        _table = table;
        _text = table as TextTable;
        _values = values;
        _lengths = lengths;
        _lookupDotDomain = lookupDotDomain;
        _tags = tags;
    }

    public static AccessTable Empty { get; } = new(new EmptyTable("access"));

    /// <summary>The entries.</summary>
    public ILookupTable Entries => _table;

    public int Count => _table.Count;

    /// <summary>False if there is no key with the tag, so that nothing need be looked up.</summary>
    public bool Has(AccessTag tag) => _text is null ? Count > 0 : (_tags & (1u << (int)tag)) != 0;

    /// <summary>There are <c>AuthInfo:</c> entries in it, which hold passwords.</summary>
    internal bool HasSecrets { get; init; }

    /// <summary>
    /// A host or domain: <c>T:a.b.c</c>, <c>a.b.c</c>, <c>T:b.c</c>, <c>b.c</c>, <c>T:c</c>, <c>c</c>; a bracketed
    /// address loses its octets or groups inside the brackets.
    /// </summary>
    /// <param name="tag">The tag.</param>
    /// <param name="name">The name in any case; a dot at its end is ignored.</param>
    /// <param name="exact">Only the name itself, not its parents: relay_hosts_only.</param>
    /// <param name="hit">The entry found, or the <c>SKIP</c> that ended the walk.</param>
    public LookupResult FindName(AccessTag tag, ReadOnlySpan<byte> name, bool exact, out AccessHit hit)
    {
        hit = default;
        if (_table.Count == 0 || name.IsEmpty)
        {
            return LookupResult.NotFound;
        }

        if (name is [(byte)'[', .. var literal, (byte)']']
            && IPAddress.TryParse(WithoutTag(literal), out IPAddress? address))
        {
            return Finish(WalkBrackets(tag, address, exact, out hit), in hit);
        }

        return Finish(WalkName(tag, name, exact, out hit), in hit);
    }

    /// <summary>
    /// An address and its prefixes, the longest first: <c>T:1.2.3.4</c>, <c>1.2.3.4</c>, <c>T:1.2.3</c>, <c>1.2.3</c>…;
    /// IPv6 by groups; networks with <c>/bits</c> where their length says.
    /// </summary>
    public LookupResult FindAddress(AccessTag tag, IPAddress address, out AccessHit hit)
    {
        hit = default;
        return _table.Count == 0
            ? LookupResult.NotFound
            : Finish(WalkAddress(tag, address, out hit), in hit);
    }

    /// <summary>
    /// A client: its name and parents, then, if nothing is found, its address and prefixes, then the default
    /// <c>Tag:</c> of the tags that have one.
    /// </summary>
    /// <param name="tag">Connect, GreetPause, ClientRate, ClientConn, TLS_Clt…</param>
    /// <param name="name">
    /// The confirmed name; empty or anything in brackets if there is none: then <c>[1.2.3.4]</c> is looked up.
    /// </param>
    /// <param name="address">The client's address.</param>
    /// <param name="hit">The entry found, or the <c>SKIP</c> that ended the walk.</param>
    public LookupResult FindClient(AccessTag tag, ReadOnlySpan<byte> name, IPAddress address, out AccessHit hit)
    {
        hit = default;
        if (_table.Count == 0)
        {
            return LookupResult.NotFound;
        }

        LookupResult result = name.IsEmpty || name[0] == (byte)'['
            ? WalkBrackets(tag, address, exact: false, out hit)
            : WalkName(tag, name, exact: false, out hit);
        if (result == LookupResult.NotFound)
        {
            result = WalkAddress(tag, address, out hit);
        }

        return result == LookupResult.NotFound && tag.HasDefault()
            ? FindExact(tag, default, out hit)
            : Finish(result, in hit);
    }

    /// <summary>
    /// A mailbox: the full address with its <c>+detail</c> forms, then <c>user@</c>, then the domain and its parents.
    /// Without a domain only <c>user@</c>.
    /// </summary>
    /// <param name="tag">From, To, Spam, TLS_Rcpt.</param>
    /// <param name="localPart">The local part, without quotes.</param>
    /// <param name="domain">The domain; empty for an unqualified address.</param>
    /// <param name="userKey">False leaves <c>user@</c> out: recipients in domains that are not local.</param>
    /// <param name="hit">The entry found, or the <c>SKIP</c> that ended the walk.</param>
    public LookupResult FindMailbox(
        AccessTag tag, ReadOnlySpan<byte> localPart, ReadOnlySpan<byte> domain, bool userKey, out AccessHit hit)
    {
        hit = default;
        if (_table.Count == 0)
        {
            return LookupResult.NotFound;
        }

        LookupResult result = domain.IsEmpty
            ? LookupResult.NotFound
            : WalkDetail(tag, localPart, domain, out hit);
        if (result == LookupResult.NotFound && (userKey || domain.IsEmpty))
        {
            result = WalkDetail(tag, localPart, default, out hit);
        }

        return result == LookupResult.NotFound
            ? FindName(tag, domain, exact: false, out hit)
            : Finish(result, in hit);
    }

    /// <summary>
    /// A full address only: <c>user+detail@dom</c>, <c>user+*@dom</c>, <c>user@dom</c>. For relaytofulladdress.
    /// </summary>
    public LookupResult FindFullAddress(
        AccessTag tag, ReadOnlySpan<byte> localPart, ReadOnlySpan<byte> domain, out AccessHit hit)
    {
        hit = default;
        return _table.Count == 0 || domain.IsEmpty
            ? LookupResult.NotFound
            : Finish(WalkDetail(tag, localPart, domain, out hit), in hit);
    }

    /// <summary><c>user@</c> only, with its <c>+detail</c> forms.</summary>
    public LookupResult FindUser(AccessTag tag, ReadOnlySpan<byte> localPart, out AccessHit hit)
    {
        hit = default;
        return _table.Count == 0
            ? LookupResult.NotFound
            : Finish(WalkDetail(tag, localPart, default, out hit), in hit);
    }

    /// <summary>One key without a walk; an empty one is the default <c>Tag:</c>.</summary>
    public LookupResult FindExact(AccessTag tag, ReadOnlySpan<byte> key, out AccessHit hit)
    {
        hit = default;
        if (_table.Count == 0 || key.Length > LocalPartMax + DomainName.LengthMax)
        {
            return LookupResult.NotFound;
        }

        Span<byte> buffer = stackalloc byte[BufferLength];
        Span<byte> folded = buffer.Slice(AccessTags.LengthMax, key.Length);
        key.CopyTo(folded);
        PairReader.ToLower(folded);
        return Finish(Probe(tag, buffer, AccessTags.LengthMax, key.Length, out hit), in hit);
    }

    private LookupResult WalkName(AccessTag tag, ReadOnlySpan<byte> name, bool exact, out AccessHit hit)
    {
        hit = default;
        Span<byte> buffer = stackalloc byte[AccessTags.LengthMax + DomainName.LengthMax];
        int at = AccessTags.LengthMax;
        int end = at + DomainName.Fold(name, buffer[at..]).Length;
        while (at < end)
        {
            LookupResult result = Probe(tag, buffer, at, end - at, out hit);
            int dot = buffer[at..end].IndexOf((byte)'.');
            if (result != LookupResult.NotFound || exact || dot < 0)
            {
                return result;
            }

            at += dot;
            if (_lookupDotDomain)
            {
                result = Probe(tag, buffer, at, end - at, out hit);
                if (result != LookupResult.NotFound)
                {
                    return result;
                }
            }

            at++;
        }

        return LookupResult.NotFound;
    }

    private LookupResult WalkBrackets(AccessTag tag, IPAddress address, bool exact, out AccessHit hit)
    {
        Span<byte> buffer = stackalloc byte[AccessTags.LengthMax + AddressKey.LengthMax + 2];
        int at = AccessTags.LengthMax;
        buffer[at] = (byte)'[';
        bool isIPv4 = AddressKey.Read(address, out uint ipv4, out UInt128 ipv6);
        int inner = at + 1;
        int length = isIPv4
            ? AddressKey.WriteIPv4(ipv4, 32, buffer[inner..])
            : AddressKey.WriteIPv6(ipv6, 128, buffer[inner..]);
        byte separator = isIPv4 ? (byte)'.' : (byte)':';
        int shortest = isIPv4 ? 0 : AddressKey.IPv6Prefix.Length;
        while (true)
        {
            buffer[inner + length] = (byte)']';
            LookupResult result = Probe(tag, buffer, at, length + 2, out hit);
            int last = buffer.Slice(inner, length).LastIndexOf(separator);
            if (result != LookupResult.NotFound || exact || last < shortest)
            {
                return result;
            }

            length = last;
        }
    }

    private LookupResult WalkAddress(AccessTag tag, IPAddress address, out AccessHit hit)
    {
        Span<byte> buffer = stackalloc byte[AccessTags.LengthMax + AddressKey.LengthMax];
        Span<byte> key = buffer[AccessTags.LengthMax..];
        if (AddressKey.Read(address, out uint ipv4, out UInt128 ipv6))
        {
            hit = default;
            LookupResult result = LookupResult.NotFound;
            for (ulong left = _lengths.IPv4; left != 0 && result == LookupResult.NotFound;)
            {
                int bits = BitOperations.Log2(left);
                left &= ~(1UL << bits);
                int length = AddressKey.WriteIPv4(ipv4, bits, key);
                result = Probe(tag, buffer, AccessTags.LengthMax, length, out hit);
            }

            return result;
        }

        LookupResult found =
            Probe(tag, buffer, AccessTags.LengthMax, AddressKey.WriteIPv6(ipv6, 128, key), out hit);
        for (UInt128 left = _lengths.IPv6; left != 0 && found == LookupResult.NotFound;)
        {
            int bits = (int)UInt128.Log2(left);
            left &= ~((UInt128)1 << bits);
            found = Probe(tag, buffer, AccessTags.LengthMax, AddressKey.WriteIPv6(ipv6, bits, key), out hit);
        }

        return found;
    }

    /// <summary>
    /// <c>user+detail@dom</c>, <c>user+*@dom</c>, <c>user@dom</c>; without a domain the keys end in @.
    /// </summary>
    private LookupResult WalkDetail(
        AccessTag tag, ReadOnlySpan<byte> localPart, ReadOnlySpan<byte> domain, out AccessHit hit)
    {
        hit = default;
        if (localPart.Length > LocalPartMax || localPart.IsEmpty)
        {
            return LookupResult.NotFound;
        }

        Span<byte> scratch = stackalloc byte[DomainName.LengthMax];
        ReadOnlySpan<byte> folded = DomainName.Fold(domain, scratch);
        Span<byte> buffer = stackalloc byte[BufferLength];
        int at = AccessTags.LengthMax;
        localPart.CopyTo(buffer[at..]);
        PairReader.ToLower(buffer.Slice(at, localPart.Length));
        int plus = localPart.IndexOf((byte)'+');
        LookupResult result = ProbeAt(tag, buffer, localPart.Length, folded, out hit);
        if (plus > 0 && result == LookupResult.NotFound)
        {
            buffer[at + plus + 1] = (byte)'*';
            result = ProbeAt(tag, buffer, plus + 2, folded, out hit);
            if (result == LookupResult.NotFound)
            {
                result = ProbeAt(tag, buffer, plus, folded, out hit);
            }
        }

        return result;
    }

    private LookupResult ProbeAt(
        AccessTag tag, Span<byte> buffer, int localLength, ReadOnlySpan<byte> domain, out AccessHit hit)
    {
        int at = AccessTags.LengthMax + localLength;
        Span<byte> tail = buffer.Slice(at, domain.Length + 1);
        tail[0] = (byte)'@';
        domain.CopyTo(tail[1..]);
        return Probe(tag, buffer, AccessTags.LengthMax, localLength + tail.Length, out hit);
    }

    /// <summary>Tries the key with the tag, written before it, and without where the tag allows.</summary>
    private LookupResult Probe(AccessTag tag, Span<byte> buffer, int at, int length, out AccessHit hit)
    {
        ReadOnlySpan<byte> prefix = tag.Folded();
        prefix.CopyTo(buffer[(at - prefix.Length)..]);
        LookupResult result = Lookup(tag, buffer.Slice(at - prefix.Length, prefix.Length + length), out hit);
        return result == LookupResult.NotFound && tag.AlsoUntagged() && length > 0
            ? Lookup(AccessTag.None, buffer.Slice(at, length), out hit)
            : result;
    }

    private LookupResult Lookup(AccessTag tag, ReadOnlySpan<byte> key, out AccessHit hit)
    {
        hit = default;
        if (_text is not null)
        {
            int place = _text.PlaceOf(key);
            if (place < 0)
            {
                return LookupResult.NotFound;
            }

            hit = new AccessHit(_values[_text.PayloadAt(place)], _text.EntryAt(place));
            return LookupResult.Found;
        }

        LookupResult result = _table.Find(key, out TableEntry entry);
        if (result != LookupResult.Found)
        {
            return result;
        }

        // A value that cannot be understood now may be mended: better asked again than decided wrongly.
        bool isKnown = AccessValue.TryParse(tag, entry.Value, out AccessValue value, out _, out _);
        hit = new AccessHit(value, entry);
        return isKnown ? LookupResult.Found : LookupResult.TemporaryFailure;
    }

    private static LookupResult Finish(LookupResult result, in AccessHit hit) =>
        result == LookupResult.Found && hit.Value.Kind == AccessValueKind.Skip ? LookupResult.NotFound : result;

    private static ReadOnlySpan<byte> WithoutTag(ReadOnlySpan<byte> literal) =>
        literal.Length > AddressKey.IPv6Prefix.Length
            && System.Text.Ascii.EqualsIgnoreCase(literal[..AddressKey.IPv6Prefix.Length], AddressKey.IPv6Prefix)
            ? literal[AddressKey.IPv6Prefix.Length..]
            : literal;
}
