namespace Relay.Tables.Loading;

/// <summary>A table in force and the state of the file that was read last, which may be one that was refused.</summary>
/// <param name="table">The typed table.</param>
/// <param name="path">The file; null if the table has none.</param>
/// <param name="stamp">State of the file at the last reading.</param>
/// <param name="content">Hash of what was read last, to tell a touched file from a changed one.</param>
internal sealed class LoadedTable(object table, string? path, FileStamp stamp, ulong content)
{
    public object Table { get; } = table;

    public string? Path { get; } = path;

    public FileStamp Stamp { get; private set; } = stamp;

    public ulong Content { get; } = content;

    /// <summary>True if what was read last was refused.</summary>
    public bool IsRefused { get; init; }

    /// <summary>True if reading it again can change nothing: touched, or read again to be sure.</summary>
    public bool IsSame(in FileStamp stamp, ulong content, bool isRefused) =>
        Content == content && IsRefused == isRefused && Stamp.Exists && stamp.Exists
        && (Stamp == stamp || !isRefused);

    /// <summary>The file has another state but the same content.</summary>
    public void Renew(FileStamp stamp) => Stamp = stamp;
}
