using System.Text;
using Relay.Tables.Text;

namespace Relay.Tables.Access;

/// <summary>Reads an access file: keys into their one form, values parsed once, equal ones shared.</summary>
internal sealed class AccessReader
{
    private readonly TableText _text;
    private readonly ProblemList _problems;
    private readonly bool _lookupDotDomain;
    private uint _tags;
    private readonly PrefixLengths _lengths = new();
    private readonly List<AccessValue> _values = [];
    private readonly Dictionary<ReadOnlyMemory<byte>, int>[] _known;

    private AccessReader(TableText text, ProblemList problems, bool lookupDotDomain)
    {
        _text = text;
        _problems = problems;
        _lookupDotDomain = lookupDotDomain;
        _known = new Dictionary<ReadOnlyMemory<byte>, int>[(int)AccessTag.Sts + 1];
    }

    public static AccessTable Read(TableText text, ProblemList problems, bool lookupDotDomain = false)
    {
        var reader = new AccessReader(text, problems, lookupDotDomain);
        var builder = new TextTableBuilder("access", text, problems);
        foreach (PairLine line in new PairReader(text, problems))
        {
            reader.Add(builder, line);
        }

        TextTable table = builder.Build();
        return new AccessTable(table, [.. reader._values], reader._lengths, lookupDotDomain, reader._tags)
        {
            HasSecrets = reader._known[(int)AccessTag.AuthInfo] is not null,
        };
    }

    private void Add(TextTableBuilder builder, PairLine line)
    {
        ReadOnlySpan<byte> key = _text.Octets.AsSpan(line.KeyAt, line.KeyLength);
        bool isKnown = AccessTags.TryOf(key, out AccessTag tag, out int tagLength);
        bool isIssuer = !isKnown && key[tagLength..].StartsWith("/"u8); // of CITag, whose tags are anybody's
        if (!isKnown && !isIssuer)
        {
            _problems.Warn(
                line.Number,
                $"\"{Encoding.UTF8.GetString(key[..tagLength])}\" is no tag of access: this entry is never looked up");
        }

        _tags |= 1u << (int)tag;
        int value = ValueOf(tag, line);
        if (value < 0)
        {
            return;
        }

        ReadOnlySpan<byte> rest = key[tagLength..];
        if (rest.IsEmpty && !tag.HasDefault())
        {
            _problems.Warn(line.Number, "there is nothing behind the tag: this entry is never looked up");
        }

        if (!tag.HasHostKey() || isIssuer || rest.IsEmpty || IsPlain(rest))
        {
            builder.Add(line, line.KeyLength, value);
            return;
        }

        if (Normalize(line.Number, Encoding.UTF8.GetString(rest)) is { } normal)
        {
            _lengths.Note(Encoding.UTF8.GetBytes(normal));
            builder.Add(line, Encoding.ASCII.GetString(key[..tagLength]) + normal, value);
        }
    }

    /// <summary>
    /// True for a whole IPv4 address, a prefix of one, a domain or a mailbox that are already in the one form: nearly
    /// all.
    /// </summary>
    private static bool IsPlain(ReadOnlySpan<byte> key)
    {
        if (key[^1] == (byte)'.' || key[0] is (byte)'.' or (byte)'[' || key.IndexOfAny("/:*"u8) >= 0
            || !Ascii.IsValid(key))
        {
            return false;
        }

        return !AddressKey.IsAddressLike(key) || IsPlainIPv4(key);
    }

    private static bool IsPlainIPv4(ReadOnlySpan<byte> key)
    {
        int octets = 0;
        int number = -1;
        foreach (byte octet in key)
        {
            if (octet == (byte)'.')
            {
                octets++;
                if (number < 0)
                {
                    return false;
                }

                number = -1;
            }
            else if (number == 0)
            {
                return false;
            }
            else
            {
                number = (Math.Max(number, 0) * 10) + (octet - '0');
                if (number > 255)
                {
                    return false;
                }
            }
        }

        return octets <= 3;
    }

    private string? Normalize(int line, string key)
    {
        int at = key.LastIndexOf('@');
        if (at >= 0)
        {
            string? domain = at == key.Length - 1 ? string.Empty : Domain(line, key, key[(at + 1)..]);
            return domain is null ? null : key[..(at + 1)] + domain;
        }

        bool isBracketed = key[0] == '[' && key[^1] == ']';
        string inner = isBracketed ? key[1..^1] : key;
        if (AddressKey.IsAddressLike(Encoding.UTF8.GetBytes(inner)))
        {
            if (!AddressKey.TryNormalize(inner, out string normal, out string? note, out string error))
            {
                _problems.Error(line, error);
                return null;
            }

            if (note is not null)
            {
                _problems.Note(line, note);
            }

            return isBracketed ? $"[{normal}]" : normal;
        }

        if (inner.Contains(':', StringComparison.Ordinal))
        {
            _problems.Error(line, $"\"{key}\": an IPv6 address is written with IPv6: before it");
            return null;
        }

        return isBracketed ? key : Domain(line, key, key);
    }

    private string? Domain(int line, string key, string domain)
    {
        if (!DomainName.TryToAscii(domain, out string ascii))
        {
            _problems.Error(line, $"\"{key}\" is not a domain name");
            return null;
        }

        if (ascii.Length > 1 && ascii[^1] == '.')
        {
            ascii = ascii[..^1];
            _problems.Note(line, $"\"{key}\": the dot at the end is ignored (Sendmail would never find this key)");
        }

        if (ascii[0] == '.' && !_lookupDotDomain)
        {
            _problems.Warn(
                line,
                $"\"{key}\" is never looked up without lookupdotdomain; {ascii[1..]} stands for the domain and all "
                    + "below it");
        }
        else if (ascii.AsSpan().ContainsAny("*/"))
        {
            _problems.Warn(line, $"\"{key}\" is never looked up: there are no patterns in access");
        }

        return ascii;
    }

    private int ValueOf(AccessTag tag, PairLine line)
    {
        ReadOnlyMemory<byte> value = _text.Octets.AsMemory(line.ValueAt, line.ValueLength);
        ref Dictionary<ReadOnlyMemory<byte>, int>? known = ref _known[(int)tag]!;
        known ??= new Dictionary<ReadOnlyMemory<byte>, int>(MemoryComparer.Instance);
        if (known.TryGetValue(value, out int index))
        {
            return index;
        }

        if (!AccessValue.TryParse(tag, value, out AccessValue parsed, out string? warning, out string error))
        {
            _problems.Error(line.Number, error);
            return -1;
        }

        if (warning is not null)
        {
            // Not shared, so that each line that has it is named.
            _problems.Warn(line.Number, warning);
        }
        else
        {
            known.Add(value, _values.Count);
        }

        _values.Add(parsed);
        return _values.Count - 1;
    }
}
