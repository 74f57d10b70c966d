namespace Relay.Tables.Tests;

/// <summary>A folder of its own for one test, with files of the given text and safe permissions.</summary>
internal sealed class TableFolder : IDisposable
{
    private const UnixFileMode Safe =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public string Root { get; } = Directory.CreateTempSubdirectory("relay-tables-").FullName;

    public string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>Writes in place.</summary>
    public string Write(string name, string text)
    {
        string path = PathOf(name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, Safe);
        return path;
    }

    /// <summary>Writes a new file and renames it over the old one, as careful editors do.</summary>
    public string Replace(string name, string text)
    {
        string path = Write(name + ".new", text);
        File.Move(path, PathOf(name), overwrite: true);
        return PathOf(name);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
