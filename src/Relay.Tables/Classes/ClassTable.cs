using System.Net;
using System.Numerics;
using System.Text;
using Relay.Tables.Text;

namespace Relay.Tables.Classes;

/// <summary>
/// A class of names, as Sendmail's <c>Cw</c> and <c>Fw</c> lines fill it: words from the configuration and from a file,
/// separated by white space, <c>#</c> in column 1 for comments. Whether membership is exact (class w) or extends to
/// what lies below a domain (class R) is the question asked, not a property of the class. Immutable and thread-safe;
/// look-ups allocate nothing.
/// </summary>
public sealed class ClassTable
{
    private readonly TextTable _words;
    private readonly PrefixLengths _lengths;

    private ClassTable(TextTable words, PrefixLengths lengths)
    {
        _words = words;
        _lengths = lengths;
    }

    /// <summary>The words, as entries without values.</summary>
    public ILookupTable Entries => _words;

    public int Count => _words.Count;

    /// <summary>A class without words.</summary>
    public static ClassTable Empty(string name) => Of(name);

    /// <summary>
    /// A class of the configuration's words alone; words that are no names or addresses are left out.
    /// </summary>
    public static ClassTable Of(string name, params IEnumerable<string> words) =>
        Read(name, TableText.Missing(string.Empty), words, new ProblemList(TableText.Inline));

    /// <summary>True if the name, in any case, is a word of the class.</summary>
    public bool Contains(ReadOnlySpan<byte> name, out TableEntry entry)
    {
        entry = default;
        Span<byte> scratch = stackalloc byte[DomainName.LengthMax];
        return _words.Count > 0 && !name.IsEmpty
            && _words.Find(DomainName.Fold(name, scratch), out entry) == LookupResult.Found;
    }

    /// <summary>True if the domain, in any case, or one that it lies below is a word of the class.</summary>
    public bool ContainsOrParent(ReadOnlySpan<byte> domain, out TableEntry entry)
    {
        entry = default;
        if (_words.Count == 0)
        {
            return false;
        }

        Span<byte> scratch = stackalloc byte[DomainName.LengthMax];
        ReadOnlySpan<byte> folded = DomainName.Fold(domain, scratch);
        while (!folded.IsEmpty)
        {
            if (_words.Find(folded, out entry) == LookupResult.Found)
            {
                return true;
            }

            int dot = folded[0] == (byte)'[' ? -1 : folded.IndexOf((byte)'.');
            folded = dot < 0 ? default : folded[(dot + 1)..];
        }

        return false;
    }

    /// <summary>
    /// True if the address begins with a word of the class: <c>128.32</c>, <c>128.32.</c>, <c>IPv6:2001:db8</c>, or,
    /// as our extension, <c>192.168.0.0/23</c>. The longest is named.
    /// </summary>
    public bool ContainsAddress(IPAddress address, out TableEntry entry)
    {
        entry = default;
        if (_words.Count == 0)
        {
            return false;
        }

        Span<byte> key = stackalloc byte[AddressKey.LengthMax];
        if (AddressKey.Read(address, out uint ipv4, out UInt128 ipv6))
        {
            for (ulong left = _lengths.IPv4; left != 0;)
            {
                int bits = BitOperations.Log2(left);
                left &= ~(1UL << bits);
                if (_words.Find(key[..AddressKey.WriteIPv4(ipv4, bits, key)], out entry) == LookupResult.Found)
                {
                    return true;
                }
            }

            return false;
        }

        bool isFound = _words.Find(key[..AddressKey.WriteIPv6(ipv6, 128, key)], out entry) == LookupResult.Found;
        for (UInt128 left = _lengths.IPv6; left != 0 && !isFound;)
        {
            int bits = (int)UInt128.Log2(left);
            left &= ~((UInt128)1 << bits);
            isFound = _words.Find(key[..AddressKey.WriteIPv6(ipv6, bits, key)], out entry) == LookupResult.Found;
        }

        return isFound;
    }

    /// <summary>True if <c>[1.2.3.4]</c> or <c>[IPv6:…]</c> is a word of the class: class w's own addresses.</summary>
    public bool ContainsBracketed(IPAddress address, out TableEntry entry)
    {
        Span<byte> key = stackalloc byte[AddressKey.LengthMax + 2];
        key[0] = (byte)'[';
        int length = AddressKey.Read(address, out uint ipv4, out UInt128 ipv6)
            ? AddressKey.WriteIPv4(ipv4, 32, key[1..])
            : AddressKey.WriteIPv6(ipv6, 128, key[1..]);
        key[1 + length] = (byte)']';
        return _words.Find(key[..(length + 2)], out entry) == LookupResult.Found;
    }

    /// <summary>
    /// Reads a file and the configuration's words; what is wrong goes to <paramref name="problems"/>.
    /// </summary>
    internal static ClassTable Read(string name, TableText text, IEnumerable<string> words, ProblemList problems)
    {
        var builder = new TextTableBuilder(name, text, problems);
        var lengths = new PrefixLengths();
        foreach (string word in words)
        {
            if (Normalize(word, 0, problems) is { } normal)
            {
                lengths.Note(Encoding.ASCII.GetBytes(normal));
                builder.Add(default, normal, 0);
            }
        }

        foreach (PairLine line in new WordReader(text, problems))
        {
            string word = Encoding.UTF8.GetString(text.Octets.AsSpan(line.KeyAt, line.KeyLength));
            if (Normalize(word, line.Number, problems) is { } normal)
            {
                lengths.Note(Encoding.ASCII.GetBytes(normal));
                builder.Add(line, normal, 0);
            }
        }

        return new ClassTable(builder.Build(warnOfDuplicates: false), lengths);
    }

    private static string? Normalize(string word, int line, ProblemList problems)
    {
        string folded = word.ToLowerInvariant();
        bool isBracketed = folded is ['[', .., ']'];
        string inner = isBracketed ? folded[1..^1] : folded;
        if (AddressKey.IsAddressLike(Encoding.UTF8.GetBytes(inner)))
        {
            // Unlike in access, a dot at the end of a prefix is usual here and matches in Sendmail, too.
            if (!AddressKey.TryNormalize(inner.TrimEnd('.'), out string address, out string? note, out string error))
            {
                problems.Error(line, error);
                return null;
            }

            if (note is not null)
            {
                problems.Note(line, note);
            }

            return isBracketed ? $"[{address}]" : address;
        }

        string name = inner.Length > 1 ? inner.TrimEnd('.') : inner;
        if (name.Contains('@', StringComparison.Ordinal))
        {
            problems.Warn(line, $"\"{word}\" is an address; the class holds domains, this word never matches");
            return folded;
        }

        if (isBracketed || !DomainName.TryNormalize(name.TrimStart('.'), out string domain))
        {
            problems.Error(line, $"\"{word}\" is neither a domain nor an address prefix");
            return null;
        }

        if (name.StartsWith('.'))
        {
            problems.Warn(
                line, $"\"{word}\" never matches; {domain} stands for itself and, in relay-domains, all below");
            return folded;
        }

        return domain;
    }
}
