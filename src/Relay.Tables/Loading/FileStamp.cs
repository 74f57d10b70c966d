namespace Relay.Tables.Loading;

/// <summary>
/// What tells one state of a file from another without reading it. The time of the last status change cannot be set
/// back, as that of the last modification can.
/// </summary>
/// <param name="Exists">False: nothing is there.</param>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The file.</param>
/// <param name="Size">Octets.</param>
/// <param name="Modified">Nanoseconds since 1970.</param>
/// <param name="Changed">Nanoseconds since 1970.</param>
/// <param name="Mode">Type and permissions as stat(2) has them.</param>
/// <param name="Owner">User id.</param>
internal readonly record struct FileStamp(
    bool Exists, ulong Device, ulong Inode, long Size, long Modified, long Changed, ushort Mode, uint Owner)
{
    private const int TypeMask = 0xF000;
    private const int RegularType = 0x8000;
    private const int DirectoryType = 0x4000;

    public bool IsRegular => (Mode & TypeMask) == RegularType;

    public bool IsDirectory => (Mode & TypeMask) == DirectoryType;

    public bool IsGroupWritable => (Mode & 0x10) != 0;

    public bool IsWorldWritable => (Mode & 0x2) != 0;

    /// <summary>Anybody but the owner may do anything with it.</summary>
    public bool IsReadableByOthers => (Mode & 0x3F) != 0;

    /// <summary>In a directory: only a file's owner may replace it.</summary>
    public bool IsSticky => (Mode & 0x200) != 0;

    /// <summary>Asks the file system; follows symbolic links.</summary>
    /// <param name="path">The file.</param>
    /// <param name="stamp">Its state; not existing if nothing is there.</param>
    /// <param name="error">The errno; 0 if the question was answered.</param>
    public static bool TryOf(string path, out FileStamp stamp, out int error)
    {
        error = FileCalls.Status(path, out stamp);
        if (error is FileCalls.NoEntry or FileCalls.NotDirectory)
        {
            error = 0;
        }

        return error == 0;
    }
}
