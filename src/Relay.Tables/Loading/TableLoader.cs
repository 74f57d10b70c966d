using Relay.Tables.Access;
using Relay.Tables.Addresses;
using Relay.Tables.Aliases;
using Relay.Tables.Authentication;
using Relay.Tables.Classes;
using Relay.Tables.Mailer;
using Relay.Tables.Text;

namespace Relay.Tables.Loading;

/// <summary>
/// Loads tables, and again those whose files have changed. A file with an error is refused whole: the table before it
/// stays in force. Not thread-safe: its owner calls one method at a time.
/// </summary>
internal sealed class TableLoader
{
    /// <summary>Behind the tables that are one file each come the files of aliases.</summary>
    private const int FirstAliases = 16;

    private readonly TableSources _sources;
    private readonly (string? Path, Func<TableText, ProblemList, object> Read)[] _readers;
    private readonly LoadedTable[] _loaded;

    private TableLoader(TableSources sources)
    {
        _sources = sources;
        _readers =
        [
            (sources.Access, (text, problems) => AccessReader.Read(text, problems, sources.LookupDotDomain)),
            (sources.Mailertable, MailerTable.Read),
            (sources.Virtusertable, VirtUserTable.Read),
            (sources.Domaintable, DomainTable.Read),
            (sources.Genericstable, GenericsTable.Read),
            ClassReader("local-host-names", sources.LocalHostNames),
            ClassReader("relay-domains", sources.RelayDomains),
            ClassReader("virthosts", sources.VirtHosts),
            ClassReader("generics-domains", sources.GenericsDomains),
            ClassReader("masquerade-domains", sources.MasqueradeDomains),
            ClassReader("masquerade-exceptions", sources.MasqueradeExceptions),
            ClassReader("exposed-users", sources.ExposedUsers),
            ClassReader("local-users", sources.LocalUsers),
            (sources.Users, UserTable.Read),
            (sources.AuthInfo, AuthInfoTable.Read),
            (sources.SenderLogin, SenderLoginTable.Read),
            .. sources.Aliases.Select(static path => AliasReader(path)),
        ];
        _loaded = new LoadedTable[_readers.Length];
    }

    /// <summary>The files, each with the state that was read last.</summary>
    public IEnumerable<LoadedTable> Files => _loaded.Where(static table => table.Path is not null);

    /// <summary>Loads everything.</summary>
    public static TableLoader Start(TableSources sources, out TableLoad load)
    {
        var loader = new TableLoader(sources);
        load = loader.Load(static _ => true, isForced: true);
        return loader;
    }

    /// <summary>Loads again the files that <paramref name="isDue"/> names; the others stay as they are.</summary>
    /// <param name="isDue">Says whether a path is to be read.</param>
    /// <param name="isForced">
    /// Files whose content is as before are parsed, and their problems told, all the same.
    /// </param>
    public TableLoad Load(Func<string, bool> isDue, bool isForced)
    {
        var problems = new List<TableProblem>();
        var read = new List<string>();
        var refused = new List<string>();
        for (int i = 0; i < _readers.Length; i++)
        {
            (string? path, Func<TableText, ProblemList, object> reader) = _readers[i];
            if (_loaded[i] is null || (path is not null && isDue(path)))
            {
                var found = new ProblemList(path ?? TableText.Inline);
                LoadedTable? loaded = LoadOne(path, reader, _loaded[i], isForced, found);
                if (loaded is null)
                {
                    continue; // as it was, or being written at this moment: a later check reads it
                }

                problems.AddRange(found.ToList());
                _loaded[i] = loaded;
                if (path is not null && (loaded.Stamp.Exists || found.HasErrors))
                {
                    (found.HasErrors ? refused : read).Add(path);
                }
            }
        }

        return new TableLoad(Assemble(), problems, read, refused);
    }

    private static (string? Path, Func<TableText, ProblemList, object> Read) ClassReader(
        string name, ClassSource source) =>
        (source.File, (text, problems) => ClassTable.Read(name, text, source.Words, problems));

    private static (string? Path, Func<TableText, ProblemList, object> Read) AliasReader(string path) =>
        (path, AliasTable.Read);

    private static object Empty(Func<TableText, ProblemList, object> reader, string? path) =>
        reader(TableText.Missing(path ?? string.Empty), new ProblemList(path ?? TableText.Inline));

    private LoadedTable? LoadOne(
        string? path,
        Func<TableText, ProblemList, object> reader,
        LoadedTable? before,
        bool isForced,
        ProblemList problems)
    {
        if (path is null)
        {
            return new LoadedTable(reader(TableText.Missing(string.Empty), problems), null, default, 0);
        }

        TableText text = FileReading.Read(
            path, _sources.DontBlameSendmail, problems, out FileStamp stamp, out bool isChanging);
        if (isChanging && before is not null)
        {
            return null;
        }

        if (isChanging)
        {
            problems.Error(0, "is being written; try again");
        }

        ulong content = KeyHash.Long(text.Octets);
        if (!isForced && before is not null && before.IsSame(stamp, content, problems.HasErrors))
        {
            before.Renew(stamp);
            return null;
        }

        if (before is not null && before.Stamp.Exists && !stamp.Exists && !problems.HasErrors)
        {
            problems.Warn(0, "is gone: the table is empty now");
        }

        if (stamp.Exists && stamp.IsReadableByOthers && (path == _sources.Users || path == _sources.AuthInfo))
        {
            problems.Error(0, "holds secrets and is open to its group or to others; chmod 600");
        }

        object? table = problems.HasErrors ? null : reader(text, problems);
        if (table is AccessTable { HasSecrets: true } && stamp.IsReadableByOthers)
        {
            problems.Error(0, "holds AuthInfo: with passwords and is open to its group or to others; chmod 600, or "
                + "move the entries to authinfo");
        }

        bool isRefused = problems.HasErrors;
        object inForce = isRefused ? before?.Table ?? Empty(reader, path) : table!;
        return new LoadedTable(inForce, path, stamp, content) { IsRefused = isRefused };
    }

    private TableSet Assemble() => new()
    {
        Access = (AccessTable)_loaded[0].Table,
        Mailertable = (MailerTable)_loaded[1].Table,
        Virtusertable = (VirtUserTable)_loaded[2].Table,
        Domaintable = (DomainTable)_loaded[3].Table,
        Genericstable = (GenericsTable)_loaded[4].Table,
        LocalHostNames = (ClassTable)_loaded[5].Table,
        RelayDomains = (ClassTable)_loaded[6].Table,
        VirtHosts = (ClassTable)_loaded[7].Table,
        GenericsDomains = (ClassTable)_loaded[8].Table,
        MasqueradeDomains = (ClassTable)_loaded[9].Table,
        MasqueradeExceptions = (ClassTable)_loaded[10].Table,
        ExposedUsers = (ClassTable)_loaded[11].Table,
        LocalUsers = (ClassTable)_loaded[12].Table,
        Users = (UserTable)_loaded[13].Table,
        AuthInfo = (AuthInfoTable)_loaded[14].Table,
        SenderLogin = (SenderLoginTable)_loaded[15].Table,
        Aliases = _loaded.Length == FirstAliases
            ? AliasTable.Empty
            : AliasTable.Of(_loaded.Skip(FirstAliases).Select(static loaded => (AliasTable)loaded.Table)),
    };
}
