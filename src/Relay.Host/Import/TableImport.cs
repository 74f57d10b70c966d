namespace Relay.Host.Import;

/// <summary>
/// Tables: here they lie in <c>tables.directory</c> under Sendmail's names, and each has a key for another place. One
/// that the source does not switch on is switched off.
/// </summary>
internal static class TableImport
{
    private const string Directory = "tables.directory";
    private const string Default = "/etc/mail";

    /// <summary>A table's name, its key, and what switches it on; empty for what Sendmail reads always.</summary>
    private static readonly (string Table, string Key, string Feature)[] Known =
    [
        ("access", "tables.access", "access_db"),
        ("mailertable", "tables.mailertable", "mailertable"),
        ("virtusertable", "tables.virtusertable", "virtusertable"),
        ("domaintable", "tables.domaintable", "domaintable"),
        ("genericstable", "tables.genericstable", "genericstable"),
        ("authinfo", "tables.authInfo", "authinfo"),
        ("local-host-names", "tables.localHostNames", "use_cw_file"),
        ("aliases", "tables.aliases", string.Empty),
        ("relay-domains", "tables.relayDomains", string.Empty),
    ];

    /// <summary>FEATURE(`mailertable', `hash -o /etc/mail/mailertable') and its like, and K lines.</summary>
    public static void Table(ImportReport report, Statement statement) =>
        Use(report, statement, statement.Name, statement.Argument(0));

    /// <summary>FEATURE(`access_db', map, words…).</summary>
    public static void Access(ImportReport report, Statement statement)
    {
        Use(report, statement, "access", statement.Argument(0));
        foreach (string word in statement.Arguments.Skip(1).Select(static a => a.Trim().ToLowerInvariant()))
        {
            switch (word)
            {
                case "" or "skip":
                    break;
                case "lookupdotdomain":
                    report.Set(statement, "tables.lookupDotDomain", "true");
                    break;
                case "relaytofulladdress":
                    report.Set(statement, "access.relayToFullAddress", "true");
                    break;
                default:
                    report.Refuse(statement, $"{word} is no argument of access_db that the relay knows");
                    break;
            }
        }
    }

    /// <summary>Several files, which are looked into one after the other, as here.</summary>
    public static void AliasFile(ImportReport report, Statement statement)
    {
        string[] files = string.Join(',', statement.Arguments).Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (files.Length < 2)
        {
            Use(report, statement, "aliases", files.FirstOrDefault(string.Empty));
            return;
        }

        report.Tables.Add("aliases");
        string? relative = files.FirstOrDefault(static file => !file.StartsWith('/'));
        if (relative is not null)
        {
            report.Refuse(statement, $"\"{relative}\" names no file; expected absolute paths, separated by commas");
            return;
        }

        if (!report.Has(Directory))
        {
            report.Set(statement, Directory, Default);
        }

        report.Set(statement, "tables.aliases", string.Join(',', files));
    }

    public static void LocalHostNames(ImportReport report, Statement statement) =>
        Use(report, statement, "local-host-names", statement.Argument(0));

    public static void RelayDomains(ImportReport report, Statement statement) =>
        Use(report, statement, "relay-domains", statement.Argument(0));

    /// <summary>What Sendmail reads without being told, and what it would not read.</summary>
    public static void Finish(ImportReport report, bool isMacroFile)
    {
        if (!report.Has(Directory) && report.TrySet(Directory, Default, out _))
        {
            report.Comment(Directory, "Sendmail's own directory");
        }

        foreach ((string table, string key, string feature) in Known.Where(k => !report.Tables.Contains(k.Table)))
        {
            bool isRead = isMacroFile && feature.Length == 0;
            string place = isRead ? $"{Default}/{table}" : string.Empty;
            if (isRead && report.Get(Directory) == JsonText.Quote(Default))
            {
                continue; // is where it is looked for anyway
            }

            if (report.TrySet(key, place, out _))
            {
                report.Comment(
                    key, isRead ? "Sendmail's default" : $"not read: no {Switch(isMacroFile, table, feature)}");
            }
        }
    }

    private static string Switch(bool isMacroFile, string table, string feature) =>
        isMacroFile ? $"FEATURE(`{feature}')" : $"line names a table {table}";

    /// <param name="map">Type, options and file as K lines have them; empty for Sendmail's default.</param>
    private static void Use(ImportReport report, Statement statement, string table, string map)
    {
        string path = map.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .LastOrDefault(static w => !w.StartsWith('-')) ?? string.Empty;
        bool isDefault = path is "" or "hash" or "dbm" or "btree" or "text" or "cdb";
        if (isDefault && !report.Tables.Add(table))
        {
            report.Take(statement, Directory); // a definition before it has named the file
            return;
        }

        path = isDefault ? $"{Default}/{table}" : path;
        if (!path.StartsWith('/'))
        {
            report.Refuse(statement, $"\"{map}\" names no file; the relay reads the text file {table}");
            return;
        }

        report.Tables.Add(table);
        path = path.EndsWith(".db", StringComparison.Ordinal) ? path[..^3] : path;
        string directory = Path.GetDirectoryName(path) is { Length: > 1 } parent ? parent : Default;
        if (!report.Has(Directory))
        {
            report.Set(statement, Directory, directory);
        }

        string name = Path.GetFileName(path);
        bool isInPlace = report.Get(Directory) == JsonText.Quote(Path.GetDirectoryName(path) ?? string.Empty);
        string key = Known.Single(k => k.Table == table).Key;
        if (isInPlace && name == table)
        {
            report.Unset(key);
            report.Take(statement, Directory);
        }
        else
        {
            report.Set(statement, key, isInPlace ? name : path);
        }
    }
}
