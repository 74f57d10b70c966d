using System.Text;
using Relay.Tables.Text;

namespace Relay.Tables.Mailer;

/// <summary>
/// <c>mailertable</c>: a domain, <c>.domain</c> for everything below one but not itself, or <c>.</c> for the rest, and
/// the target. Immutable and thread-safe; look-ups in a text file allocate only for a value with <c>%1</c>. (Sendmail:
/// cf/README, "Using mailertables".)
/// </summary>
public sealed class MailerTable
{
    private readonly ILookupTable _table;
    private readonly TextTable? _text;
    private readonly MailerTarget?[] _targets;

    /// <summary>A table that is not a text file: its values are parsed at each look-up.</summary>
    public MailerTable(ILookupTable table)
        : this(table, [])
    {
    }

    private MailerTable(ILookupTable table, MailerTarget?[] targets)
    {
        _table = table;
        _text = table as TextTable;
        _targets = targets;
    }

    public static MailerTable Empty { get; } = new(new EmptyTable("mailertable"));

    /// <summary>The entries.</summary>
    public ILookupTable Entries => _table;

    public int Count => _table.Count;

    /// <summary>The domain itself, then <c>.parent</c> for each parent, then <c>.</c>; the first hit wins.</summary>
    /// <param name="domain">In any case; address literals are not looked up.</param>
    /// <param name="hit">The entry found.</param>
    public LookupResult Find(ReadOnlySpan<byte> domain, out MailerHit hit)
    {
        hit = default;
        if (_table.Count == 0 || domain.IsEmpty || domain[0] == (byte)'[')
        {
            return LookupResult.NotFound;
        }

        Span<byte> scratch = stackalloc byte[DomainName.LengthMax];
        ReadOnlySpan<byte> folded = DomainName.Fold(domain, scratch);
        if (folded.IsEmpty)
        {
            return LookupResult.NotFound;
        }

        LookupResult result = Lookup(folded, default, out hit);
        for (int at = folded.IndexOf((byte)'.'); at >= 0 && result == LookupResult.NotFound;)
        {
            result = Lookup(folded[at..], folded[..at], out hit);
            int next = folded[(at + 1)..].IndexOf((byte)'.');
            at = next < 0 ? -1 : at + 1 + next;
        }

        return result == LookupResult.NotFound ? Lookup("."u8, folded, out hit) : result;
    }

    /// <summary>Reads a file; what is wrong goes to <paramref name="problems"/>.</summary>
    internal static MailerTable Read(TableText text, ProblemList problems)
    {
        var builder = new TextTableBuilder("mailertable", text, problems);
        var targets = new List<MailerTarget?> { null };
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (PairLine line in new PairReader(text, problems))
        {
            string key = Encoding.UTF8.GetString(text.Octets.AsSpan(line.KeyAt, line.KeyLength));
            string value = Encoding.UTF8.GetString(text.Octets.AsSpan(line.ValueAt, line.ValueLength));
            string? normal = Normalize(key, line.Number, problems);
            int number = TargetOf(value, line.Number, targets, known, problems);
            if (normal is not null && number >= 0)
            {
                if (normal[0] != '.' && Parameters.IsIn(value))
                {
                    problems.Warn(
                        line.Number,
                        $"\"{value}\": %1 is what stands before the dot of a key like .{normal}; here it is nothing");
                }

                builder.Add(line, normal, number);
            }
        }

        return new MailerTable(builder.Build(), [.. targets]);
    }

    private static string? Normalize(string key, int line, ProblemList problems)
    {
        if (key == ".")
        {
            return key;
        }

        bool isSuffix = key.StartsWith('.');
        string domain = isSuffix ? key[1..] : key;
        if (domain.EndsWith('.'))
        {
            domain = domain[..^1];
            problems.Note(line, $"\"{key}\": the dot at the end is ignored (Sendmail would never find this key)");
        }

        if (!DomainName.TryNormalize(domain, out domain))
        {
            problems.Error(line, $"\"{key}\" is not a domain, a domain with a dot before it, or a single dot");
            return null;
        }

        return isSuffix ? "." + domain : domain;
    }

    private static int TargetOf(
        string value, int line, List<MailerTarget?> targets, Dictionary<string, int> known, ProblemList problems)
    {
        if (known.TryGetValue(value, out int number))
        {
            return number;
        }

        bool hasParameter = Parameters.IsIn(value);
        string sample = hasParameter ? Parameters.Expand(value, "x", string.Empty, string.Empty) : value;
        if (!MailerTargetParser.TryParse(sample, out MailerTarget target, out string error))
        {
            problems.Error(line, error);
            return -1;
        }

        if (target.Kind == MailerKind.Error && !target.Reply.HasCode)
        {
            problems.Warn(line, $"the text has no reply code: it refuses with {target.Reply.Code}");
        }

        if (!hasParameter)
        {
            targets.Add(target);
        }

        number = hasParameter ? 0 : targets.Count - 1;
        known.Add(value, number);
        return number;
    }

    private LookupResult Lookup(ReadOnlySpan<byte> key, ReadOnlySpan<byte> left, out MailerHit hit)
    {
        hit = default;
        if (_text is not null)
        {
            int place = _text.PlaceOf(key);
            if (place < 0)
            {
                return LookupResult.NotFound;
            }

            TableEntry found = _text.EntryAt(place);
            return _targets[_text.PayloadAt(place)] is { } target
                ? Found(new MailerHit(target, found), out hit)
                : Parse(found, left, out hit);
        }

        LookupResult result = _table.Find(key, out TableEntry entry);
        return result == LookupResult.Found ? Parse(entry, left, out hit) : result;
    }

    private static LookupResult Found(MailerHit found, out MailerHit hit)
    {
        hit = found;
        return LookupResult.Found;
    }

    private static LookupResult Parse(TableEntry entry, ReadOnlySpan<byte> left, out MailerHit hit)
    {
        string value = Encoding.UTF8.GetString(entry.Value.Span);
        value = Parameters.Expand(value, Encoding.ASCII.GetString(left), string.Empty, string.Empty);
        bool isTarget = MailerTargetParser.TryParse(value, out MailerTarget target, out _);
        hit = new MailerHit(target, entry);
        return isTarget ? LookupResult.Found : LookupResult.TemporaryFailure;
    }
}
