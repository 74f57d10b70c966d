namespace Relay.Tables.Loading;

/// <summary>
/// Checks the permissions of a file and of every directory above it, and, where the path has symbolic links, of the
/// file that they lead to and the directories above that. A directory with the sticky bit counts as safe: only a file's
/// owner can replace it there. A file that belongs to neither root nor the relay's user is warned of: its owner decides
/// who may relay. (Sendmail: safefile, safedirpath.)
/// </summary>
internal static class FileSafety
{
    /// <summary>As many links as the system follows before it gives up.</summary>
    private const int LinksMax = 40;

    /// <summary>Adds a problem for each unsafe permission.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="stamp">The file's state.</param>
    /// <param name="allowed">What is borne.</param>
    /// <param name="problems">Errors refuse the table.</param>
    public static void Check(string path, in FileStamp stamp, DontBlameSendmail allowed, ProblemList problems)
    {
        CheckOne("the file", stamp, DontBlameSendmail.GroupWritableFile, DontBlameSendmail.WorldWritableFile);
        if (stamp.Owner != 0 && stamp.Owner != FileCalls.EffectiveUser())
        {
            problems.Warn(0, $"the file belongs to user {stamp.Owner}, who can change it; expected root or the relay's user");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string place in PlacesOf(path))
        {
            CheckAbove(place);
        }

        void CheckAbove(string place)
        {
            for (string? directory = Path.GetDirectoryName(place); !string.IsNullOrEmpty(directory);
                directory = Path.GetDirectoryName(directory))
            {
                if (seen.Add(directory)
                    && FileStamp.TryOf(directory, out FileStamp above, out _) && above.Exists && !above.IsSticky)
                {
                    CheckOne(
                        $"the directory {directory}",
                        above,
                        DontBlameSendmail.GroupWritableDirPath,
                        DontBlameSendmail.WorldWritableDirPath);
                }
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

    /// <summary>The path, and every path that its symbolic links name on the way to the file.</summary>
    private static List<string> PlacesOf(string path)
    {
        var places = new List<string> { path };
        for (int i = 0; i < places.Count && places.Count < LinksMax; i++)
        {
            for (string? part = places[i]; !string.IsNullOrEmpty(part); part = Path.GetDirectoryName(part))
            {
                if (LinkTarget(part) is { } target)
                {
                    string rest = places[i][part.Length..].TrimStart('/');
                    string whole = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(part) ?? "/", target, rest));
                    if (!places.Contains(whole, StringComparer.Ordinal))
                    {
                        places.Add(whole);
                    }
                }
            }
        }

        return places;
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // cannot be asked: then it cannot be followed either
        }
    }
}
