using Relay.Tables.Text;

namespace Relay.Tables.Loading;

/// <summary>Reads a table's file whole, in one state: a file that changes while it is read is read again.</summary>
internal static class FileReading
{
    /// <summary>
    /// A table of this size has millions of entries; anything larger is a mistake. Also keeps offsets at 31 bits.
    /// </summary>
    internal const long LengthMax = 512L << 20;

    /// <summary>A file that changes this often is being written: the next check reads it.</summary>
    private const int AttemptsMax = 3;

    /// <summary>Reads a file; a missing one is empty.</summary>
    /// <param name="path">The file.</param>
    /// <param name="allowed">What permissions are borne.</param>
    /// <param name="problems">Why it cannot be used.</param>
    /// <param name="stamp">The state that was read.</param>
    /// <param name="isChanging">True if the file is being written; then there is no text, and no problem.</param>
    public static TableText Read(
        string path, DontBlameSendmail allowed, ProblemList problems, out FileStamp stamp, out bool isChanging)
    {
        isChanging = false;
        stamp = default;
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            if (!FileStamp.TryOf(path, out stamp, out int error))
            {
                problems.Error(0, $"cannot be read: error {error} of the system");
                return TableText.Missing(path);
            }

            if (!stamp.Exists)
            {
                return TableText.Missing(path);
            }

            if (!stamp.IsRegular)
            {
                problems.Error(0, stamp.IsDirectory ? "is a directory, expected a file" : "is not a regular file");
                return TableText.Missing(path);
            }

            if (stamp.Size > LengthMax)
            {
                problems.Error(0, $"is larger than {LengthMax >> 20} MiB");
                return TableText.Missing(path);
            }

            byte[]? octets = TryRead(path, problems);
            if (octets is null && problems.HasErrors)
            {
                return TableText.Missing(path);
            }

            if (octets is not null && FileStamp.TryOf(path, out FileStamp after, out _) && after == stamp
                && octets.Length == stamp.Size)
            {
                FileSafety.Check(path, stamp, allowed, problems);
                return new TableText(path, octets);
            }
        }

        isChanging = true;
        return TableText.Missing(path);
    }

    private static byte[]? TryRead(string path, ProblemList problems)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // replaced at this moment
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Error(0, $"cannot be read: {exception.Message}");
            return null;
        }
    }
}
