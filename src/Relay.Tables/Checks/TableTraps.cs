using System.Text;
using Relay.Tables.Access;
using Relay.Tables.Aliases;
using Relay.Tables.Classes;
using Relay.Tables.Loading;
using Relay.Tables.Text;

namespace Relay.Tables.Checks;

/// <summary>
/// Entries that are well-formed and do not do what they seem to: what <c>relay check</c> tells beside the problems of
/// loading. Entries of tables that are not text files are not looked at.
/// </summary>
public static class TableTraps
{
    /// <summary>Sendmail's MaxAliasRecursion.</summary>
    private const int AliasDepthMax = 10;

    /// <summary>Names followed from one alias: lists of lists of lists would be walked without end.</summary>
    private const int AliasStepsMax = 10_000;

    /// <summary>Letters of <c>Srv_Features:</c> that have an effect, or name the default.</summary>
    private const string ServerFeatures = "lLaAeEsSvV";

    /// <summary>Looks through all tables.</summary>
    /// <param name="set">The tables.</param>
    /// <param name="options">What the configuration says beside them.</param>
    public static IReadOnlyList<TableProblem> Find(TableSet set, TableTrapOptions options)
    {
        var found = new List<TableProblem>();
        Look(set.Access.Entries, found, (place, table, problems) => Access(set, options, table, place, problems));
        Look(set.Mailertable.Entries, found, (place, table, problems) => Mailertable(set, table, place, problems));
        Look(set.Virtusertable.Entries, found, (i, table, problems) => Virtusertable(set, options, table, i, problems));
        Look(set.Domaintable.Entries, found, (place, table, problems) => Domaintable(set, table, place, problems));
        Look(set.Genericstable.Entries, found, (i, table, problems) => Genericstable(set, options, table, i, problems));
        foreach (ILookupTable file in set.Aliases.Files)
        {
            Look(file, found, (place, table, problems) => Aliases(set, table, place, problems));
        }

        if (set.Aliases.Count > 0 && set.Aliases.Find("postmaster"u8, default, out _) != LookupResult.Found)
        {
            found.Add(new TableProblem(
                TableSeverity.Warning,
                (set.Aliases.Files[0] as TextTable)?.File ?? set.Aliases.Files[0].Name,
                0,
                "there is no alias for postmaster, whose mail must be read (RFC 5321, section 4.5.1)"));
        }

        return found;
    }

    private static void Look(
        ILookupTable entries, List<TableProblem> found, Action<int, TextTable, ProblemList> look)
    {
        if (entries is TextTable table)
        {
            var problems = new ProblemList(table.File);
            foreach (int place in table.Places)
            {
                look(place, table, problems);
            }

            found.AddRange(problems.ToList());
        }
    }

    private static void Access(
        TableSet set, TableTrapOptions options, TextTable table, int place, ProblemList problems)
    {
        TableEntry entry = table.EntryAt(place);
        string key = Show(entry.Key);
        string value = Show(entry.Value);
        bool isRelay = value.StartsWith("RELAY", StringComparison.OrdinalIgnoreCase);
        if (TagMigration.IsUntagged(key))
        {
            string tags = string.Join(
                ", ", TagMigration.TagsOf(key, value).Select(tag => tag.Written() + key));
            problems.Warn(entry.Line, $"\"{key}\" has no tag, which is deprecated; it stands for {tags}");
        }

        if (key.StartsWith("srv_features:", StringComparison.Ordinal))
        {
            char[] unknown = [.. value.Where(static c => char.IsAsciiLetter(c) && !ServerFeatures.Contains(c))];
            if (unknown.Length > 0)
            {
                problems.Warn(
                    entry.Line, $"\"{key}\": {string.Join(", ", unknown)} has no effect here; l, A, E, S and V have");
            }
        }

        bool isMailbox = key.Contains('@', StringComparison.Ordinal);
        if (isRelay && isMailbox && !options.RelayToFullAddress)
        {
            problems.Warn(
                entry.Line,
                $"\"{key}\": RELAY for one address permits nothing without relaytofulladdress; expected a domain");
        }

        if (key.StartsWith("to:", StringComparison.Ordinal) && key.EndsWith('@') && set.LocalHostNames.Count == 0)
        {
            problems.Warn(entry.Line, $"\"{key}\" counts for local domains only, and there are none");
        }
    }

    private static void Mailertable(TableSet set, TextTable table, int place, ProblemList problems)
    {
        TableEntry entry = table.EntryAt(place);
        if (set.LocalHostNames.Contains(entry.Key.Span, out TableEntry local))
        {
            problems.Warn(
                entry.Line,
                $"the entry for {Show(entry.Key)} is unreachable: the domain is our own ({Where(local)}), and mail for "
                    + "it never asks mailertable");
        }

        if (entry.Key.Span[0] != (byte)'.'
            && set.Mailertable.Find(entry.Key.Span, out Mailer.MailerHit hit) == LookupResult.Found)
        {
            foreach (Mailer.MailerHost host in hit.Target.Hosts)
            {
                if (set.LocalHostNames.Contains(Encoding.UTF8.GetBytes(host.Host), out TableEntry self))
                {
                    problems.Warn(
                        entry.Line,
                        $"{host.Host} is our own name ({Where(self)}): the entry is ignored, mail would loop");
                }
            }
        }
    }

    private static void Virtusertable(
        TableSet set, TableTrapOptions options, TextTable table, int place, ProblemList problems)
    {
        TableEntry entry = table.EntryAt(place);
        ReadOnlySpan<byte> domain = DomainOf(entry.Key.Span);
        if (!domain.IsEmpty && !IsIn(set.LocalHostNames, domain, below: false)
            && !IsIn(set.VirtHosts, domain, options.VirtUserEntireDomain))
        {
            problems.Warn(
                entry.Line,
                $"\"{Show(entry.Key)}\" is never looked up: {Encoding.UTF8.GetString(domain)} is neither in "
                    + "local-host-names nor a virtual domain");
        }
    }

    private static void Domaintable(TableSet set, TextTable table, int place, ProblemList problems)
    {
        TableEntry entry = table.EntryAt(place);
        if (set.Domaintable.Find(entry.Value.Span, out TableEntry next) == LookupResult.Found)
        {
            problems.Warn(
                entry.Line,
                $"{Show(entry.Value)} is itself a key (line {next.Line}), which is not looked up again: there is one "
                    + "pass");
        }
    }

    private static void Genericstable(
        TableSet set, TableTrapOptions options, TextTable table, int place, ProblemList problems)
    {
        TableEntry entry = table.EntryAt(place);
        ReadOnlySpan<byte> domain = DomainOf(entry.Key.Span);
        if (!domain.IsEmpty && !IsIn(set.LocalHostNames, domain, below: false)
            && !IsIn(set.GenericsDomains, domain, options.GenericsEntireDomain))
        {
            problems.Warn(
                entry.Line,
                $"\"{Show(entry.Key)}\" is never looked up: {Encoding.UTF8.GetString(domain)} is neither in "
                    + "local-host-names nor a generics domain");
        }
    }

    private static void Aliases(TableSet set, TextTable table, int place, ProblemList problems)
    {
        TableEntry entry = table.EntryAt(place);
        ReadOnlySpan<byte> domain = DomainOf(entry.Key.Span);
        if (!domain.IsEmpty && !IsIn(set.LocalHostNames, domain, below: false))
        {
            problems.Warn(
                entry.Line,
                $"the alias {Show(entry.Key)} is never looked up: {Encoding.UTF8.GetString(domain)} is not in "
                    + "local-host-names");
        }

        if (set.Aliases.Find(entry.Key.Span, default, out AliasHit hit) != LookupResult.Found)
        {
            return;
        }

        foreach (AliasTarget target in hit.Targets.Span)
        {
            string path = Show(target.Text);
            if (target.Kind == AliasTargetKind.Include && !File.Exists(path))
            {
                problems.Warn(entry.Line, $"the included file {path} does not exist: mail for this alias is refused");
            }
        }

        int steps = AliasStepsMax;
        if (IsLoop(set.Aliases, hit, entry.Key.Span, 0, ref steps))
        {
            problems.Warn(
                entry.Line, $"the alias {Show(entry.Key)} leads back to itself through others, or is too deep");
        }
    }

    /// <summary>
    /// Follows local names. An alias that contains itself stands for that mailbox; one that comes back to itself over
    /// others is a loop.
    /// </summary>
    private static bool IsLoop(
        AliasTable aliases, AliasHit hit, ReadOnlySpan<byte> start, int depth, ref int steps)
    {
        foreach (AliasTarget target in hit.Targets.Span)
        {
            ReadOnlySpan<byte> name = target.Text.Span;
            if (target.Kind != AliasTargetKind.Address || name.Contains((byte)'@')
                || Ascii.EqualsIgnoreCase(name, hit.Entry.Key.Span)
                || --steps < 0
                || aliases.Find(name, default, out AliasHit next) != LookupResult.Found)
            {
                continue;
            }

            if (depth >= AliasDepthMax || next.Entry.Key.Span.SequenceEqual(start)
                || IsLoop(aliases, next, start, depth + 1, ref steps))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsIn(ClassTable names, ReadOnlySpan<byte> domain, bool below) =>
        below ? names.ContainsOrParent(domain, out _) : names.Contains(domain, out _);

    private static ReadOnlySpan<byte> DomainOf(ReadOnlySpan<byte> key)
    {
        int at = key.LastIndexOf((byte)'@');
        return at < 0 ? default : key[(at + 1)..];
    }

    private static string Show(ReadOnlyMemory<byte> text) => Encoding.UTF8.GetString(text.Span);

    private static string Where(TableEntry entry) => entry.Line > 0 ? $"{entry.File}:{entry.Line}" : entry.File;
}
