namespace Relay.Host.Submission;

/// <summary>
/// Where messages wait while the relay is down. Anyone may leave files (mode 3733: sticky, and its group becomes the
/// files'), only the relay lists them. A file whose name begins with <see cref="MessagePrefix"/> is complete and
/// durable.
/// </summary>
internal static class DropFolder
{
    public const string MessagePrefix = "msg.";
    public const string UnfinishedPrefix = "new.";

    /// <summary>Owner all, group and others write and pass only, sticky, setgid.</summary>
    public const UnixFileMode Mode = UnixFileMode.StickyBit | UnixFileMode.SetGroup
        | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Leaves a message. When this returns, it is durable.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not open to this user.</exception>
    public static void Leave(string folder, SubmittedMessage message)
    {
        string name = $"{message.Date.ToUnixTimeMilliseconds():D13}.{Guid.NewGuid():N}";
        Write(
            Path.Combine(folder, UnfinishedPrefix + name),
            Path.Combine(folder, MessagePrefix + name),
            file => DropFile.Write(file, message),
            overwrites: false);
    }

    /// <summary>
    /// For the relay: puts its own record of what is left of a message in a file's place. When this returns, it is
    /// durable. A link of that name is replaced, and not followed.
    /// </summary>
    /// <exception cref="IOException">It could not be written; the file is as it was.</exception>
    public static void Replace(string path, SubmittedMessage message) => Write(
        Path.Combine(Path.GetDirectoryName(path)!, $"{UnfinishedPrefix}{Guid.NewGuid():N}"),
        path,
        file => DropFile.Write(file, message, namesUser: true),
        overwrites: true);

    /// <summary>Makes the folder what it must be; for the relay, which owns it.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It is another's.</exception>
    public static void Prepare(string folder)
    {
        Directory.CreateDirectory(folder);
        if (File.GetUnixFileMode(folder) != Mode)
        {
            File.SetUnixFileMode(folder, Mode);
        }
    }

    private static void Write(string unfinished, string path, Action<Stream> write, bool overwrites)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
        };
        using var file = new FileStream(unfinished, options);
        try
        {
            File.SetUnixFileMode(file.SafeFileHandle, options.UnixCreateMode.Value); // whatever the umask is
            write(file);
            file.Flush(flushToDisk: true);
            File.Move(unfinished, path, overwrites);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }

        // The folder cannot be opened, so its entry is made durable with the file system.
        SystemCalls.SyncFileSystem(file.SafeFileHandle);
    }
}
