using System.Text;

namespace Relay.Host.Sendmail;

/// <summary>
/// The files of a map: <c>NAME.db</c> for hash and btree (never <c>.db.db</c>), <c>NAME.dir</c> and <c>NAME.pag</c> for
/// dbm. They are text: a line that says so, then <c>key TAB value</c>.
/// </summary>
internal sealed class MapFile
{
    private const string FirstLine =
        "# made by makemap of Relay.Fast, which reads the text table itself; for make and makemap -u only";

    private static readonly string[] Endings = [".db", ".dir", ".pag", ".cdb"];

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Of a map that was made from a pipe (Sendmail's makemap: 0640).</summary>
    private const UnixFileMode NewFileMode = OwnerOnly | UnixFileMode.GroupRead;

    private const UnixFileMode AnyMode = NewFileMode | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly string[] _paths;

    private MapFile(string[] paths) => _paths = paths;

    public bool Exists => File.Exists(_paths[0]);

    public static MapFile Of(string type, string name)
    {
        string ending = Endings.FirstOrDefault(e => name.EndsWith(e, StringComparison.Ordinal), string.Empty);
        string bare = name[..^ending.Length];
        return new MapFile(type switch
        {
            "dbm" => [bare + ".dir", bare + ".pag"],
            "cdb" => [bare + ".cdb"],

            // A rule for virtusertable.dir that says hash would otherwise be run by every make.
            _ when IsRunByMake => [bare + ".db", bare + ".dir", bare + ".pag"],
            _ => [bare + ".db"],
        });
    }

    /// <exception cref="IOException">There is none.</exception>
    public IEnumerable<(string Key, string Value)> Read()
    {
        foreach (string line in File.ReadLines(_paths[0]).Skip(1))
        {
            int tab = line.IndexOf('\t', StringComparison.Ordinal);
            yield return tab < 0 ? (line, string.Empty) : (line[..tab], line[(tab + 1)..]);
        }
    }

    /// <summary>
    /// Puts the files in place, whole. A file keeps the mode that it has; a new one gets that of the table, and none is
    /// open to more than the table is: there may be passwords in it.
    /// </summary>
    /// <param name="entries">In their order.</param>
    /// <param name="source">The mode of the table; null if it is no file.</param>
    /// <exception cref="IOException">They cannot be written.</exception>
    public void Write(IEnumerable<KeyValuePair<string, string>> entries, UnixFileMode? source)
    {
        var text = new StringBuilder();
        text.Append(FirstLine).Append('\n');
        foreach ((string key, string value) in entries)
        {
            text.Append(key).Append('\t').Append(value).Append('\n');
        }

        foreach (string path in _paths)
        {
            UnixFileMode mode = File.Exists(path) ? File.GetUnixFileMode(path) : source ?? NewFileMode;
            Write(path, text.ToString(), OwnerOnly | (mode & (source ?? AnyMode) & AnyMode));
        }
    }

    private static void Write(string path, string text, UnixFileMode mode)
    {
        string draft = $"{path}.{Guid.NewGuid():N}.new";
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        };
        try
        {
            using (var file = new FileStream(draft, options))
            {
                file.Write(Encoding.UTF8.GetBytes(text));
                File.SetUnixFileMode(file.SafeFileHandle, mode);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    private static bool IsRunByMake => Environment.GetEnvironmentVariable("MAKELEVEL") is { Length: > 0 };
}
