namespace Relay.Tables.Loading;

/// <summary>
/// Checks the permissions of a file and of every directory above it. A directory with the sticky bit counts as safe:
/// only a file's owner can replace it there. (Sendmail: safefile, safedirpath.)
/// </summary>
internal static class FileSafety
{
    /// <summary>Adds a problem for each unsafe permission.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="stamp">The file's state.</param>
    /// <param name="allowed">What is borne.</param>
    /// <param name="problems">Errors refuse the table.</param>
    public static void Check(string path, in FileStamp stamp, DontBlameSendmail allowed, ProblemList problems)
    {
        CheckOne("the file", stamp, DontBlameSendmail.GroupWritableFile, DontBlameSendmail.WorldWritableFile);
        for (string? directory = Path.GetDirectoryName(path); !string.IsNullOrEmpty(directory);
            directory = Path.GetDirectoryName(directory))
        {
            if (FileStamp.TryOf(directory, out FileStamp above, out _) && above.Exists && !above.IsSticky)
            {
                CheckOne(
                    $"the directory {directory}",
                    above,
                    DontBlameSendmail.GroupWritableDirPath,
                    DontBlameSendmail.WorldWritableDirPath);
            }
        }

        void CheckOne(string what, in FileStamp state, DontBlameSendmail group, DontBlameSendmail world)
        {
            if (state.IsWorldWritable)
            {
                Tell($"{what} is writable for everybody", "chmod o-w", world);
            }

            if (state.IsGroupWritable)
            {
                Tell($"{what} is writable for its group", "chmod g-w", group);
            }
        }

        void Tell(string found, string remedy, DontBlameSendmail option)
        {
            if (allowed.HasFlag(option))
            {
                problems.Warn(0, found);
            }
            else
            {
                problems.Error(0, $"{found}; {remedy}, or allow it with {option}");
            }
        }
    }
}
