namespace Relay.Host.Import;

/// <summary>Tables: all lie in one directory here, under Sendmail's names, and are read as text.</summary>
internal static class TableImport
{
    private const string Directory = "tables.directory";
    private const string Default = "/etc/mail/";

    /// <summary>FEATURE(`mailertable', `hash -o /etc/mail/mailertable') and its like, and K lines.</summary>
    public static void Table(ImportReport report, Statement statement) =>
        Use(report, statement, statement.Name, statement.Argument(0));

    /// <summary>FEATURE(`access_db', map, words…).</summary>
    public static void Access(ImportReport report, Statement statement)
    {
        Use(report, statement, "access", statement.Argument(0));
        foreach (string word in statement.Arguments.Skip(1).Select(static a => a.Trim().ToLowerInvariant()))
        {
            if (word.Length > 0 && word != "skip" && SendmailFeatures.Find(word) is { } feature)
            {
                StatementImport.Apply(report, statement, feature.Fate, string.Empty, word);
            }
        }
    }

    public static void AliasFile(ImportReport report, Statement statement)
    {
        foreach (string file in statement.Argument(0).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            Use(report, statement, "aliases", file.Trim());
        }
    }

    public static void LocalHostNames(ImportReport report, Statement statement) =>
        Use(report, statement, "local-host-names", statement.Argument(0));

    public static void RelayDomains(ImportReport report, Statement statement) =>
        Use(report, statement, "relay-domains", statement.Argument(0));

    /// <summary>LOCAL_DOMAIN and Cw: only files name our own names.</summary>
    public static void LocalDomain(ImportReport report, Statement statement)
    {
        string[] words = Words(statement);
        if (words is ["localhost"])
        {
            report.BuiltIn(statement, "localhost is always one of our names");
            return;
        }

        report.Refuse(statement, $"add to the table local-host-names: {string.Join(' ', words)}");
    }

    public static void RelayDomain(ImportReport report, Statement statement) =>
        report.Refuse(statement, $"add to the table relay-domains: {string.Join(' ', Words(statement))}");

    public static string[] Words(Statement statement) =>
        string.Join(' ', statement.Arguments).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What is read though nothing switched it on.</summary>
    public static void Finish(ImportReport report)
    {
        if (!report.Has(Directory) && report.TrySet(Directory, Default.TrimEnd('/'), out _))
        {
            report.Comment(Directory, "no table is named; Sendmail reads /etc/mail/relay-domains");
        }

        report.Comment(Directory, "every table in there that the relay knows is read, with FEATURE or without");
    }

    /// <param name="map">Type, options and file as K lines have them; empty for Sendmail's default.</param>
    private static void Use(ImportReport report, Statement statement, string table, string map)
    {
        string path = map.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .LastOrDefault(static w => !w.StartsWith('-')) ?? string.Empty;
        if (path is "" or "hash" or "dbm" or "btree" or "text" or "cdb")
        {
            path = Default + table;
        }

        if (!path.StartsWith('/'))
        {
            report.Refuse(statement, $"\"{map}\" names no file; the relay reads the text file {table}");
            return;
        }

        string name = Path.GetFileName(path);
        name = name.EndsWith(".db", StringComparison.Ordinal) ? name[..^3] : name;
        string directory = Path.GetDirectoryName(path) ?? "/";
        string? before = report.Get(Directory);
        if (before is not null && before != JsonText.Quote(directory))
        {
            report.Refuse(statement, $"tables lie in one directory, {before}: put the text of {path} there as {table}");
        }
        else if (name != table)
        {
            report.Refuse(statement, $"the relay reads {directory}/{table}: rename {path}, or link to it");
        }
        else
        {
            report.Set(statement, Directory, directory);
        }
    }
}
