using System.Collections.Concurrent;
using System.Text.Unicode;
using Relay.Tables.Loading;

namespace Relay.Tables.Aliases;

/// <summary>
/// Files of <c>:include:</c>: one or more addresses per line, <c>#</c> in column 1 for comments. They need no reload:
/// what was read stands for a second, then the file's state is asked again, and it is read again only if that has
/// changed. Files are touched on pool threads only. Thread-safe. (Sendmail: aliases(5); op.me, "include".)
/// </summary>
/// <param name="clock">Tells when a file's state is to be asked again.</param>
public sealed class IncludeFiles(TimeProvider clock)
{
    /// <summary>Octets; a list of this size has about a million members.</summary>
    private const long LengthMax = 32L << 20;

    /// <summary>Paths come from aliases and from included files; past this all are forgotten and read again.</summary>
    private const int FilesMax = 10_000;

    private static readonly TimeSpan ValidFor = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>Reads a file; completes at once if it was asked for less than a second ago.</summary>
    /// <param name="path">An absolute path.</param>
    public ValueTask<IncludeResult> ReadAsync(string path) =>
        _known.TryGetValue(path, out Known? known) && clock.GetElapsedTime(known.AskedAt) < ValidFor
            ? ValueTask.FromResult(known.Result)
            : new ValueTask<IncludeResult>(Task.Run(() => Read(path, known)));

    private IncludeResult Read(string path, Known? before)
    {
        if (!FileStamp.TryOf(path, out FileStamp stamp, out int error))
        {
            // errno EACCES, ENAMETOOLONG and ELOOP will not pass by themselves.
            return error is 13 or 36 or 40
                ? Fail(path, IncludeOutcome.Refused, $"cannot be opened: error {error} of the system")
                : Fail(path, IncludeOutcome.Deferred, $"cannot be opened: error {error} of the system");
        }

        IncludeResult result = before is not null && before.Stamp == stamp ? before.Result : Parse(path, ref stamp);
        if (result.Outcome != IncludeOutcome.Deferred)
        {
            if (_known.Count >= FilesMax)
            {
                _known.Clear();
            }

            _known[path] = new Known(stamp, clock.GetTimestamp(), result);
        }

        return result;
    }

    private static IncludeResult Parse(string path, ref FileStamp stamp)
    {
        if (!stamp.Exists)
        {
            return Fail(path, IncludeOutcome.Refused, "does not exist");
        }

        if (!stamp.IsRegular || stamp.Size > LengthMax)
        {
            return Fail(path, IncludeOutcome.Refused, stamp.IsRegular ? "is too large" : "is not a regular file");
        }

        byte[] octets;
        try
        {
            octets = File.ReadAllBytes(path);
        }
        catch (UnauthorizedAccessException exception)
        {
            return Fail(path, IncludeOutcome.Refused, $"cannot be opened: {exception.Message}");
        }
        catch (IOException exception)
        {
            return Fail(path, IncludeOutcome.Deferred, $"cannot be read: {exception.Message}");
        }

        if (octets.Length != stamp.Size || !FileStamp.TryOf(path, out FileStamp after, out _) || after != stamp)
        {
            return Fail(path, IncludeOutcome.Deferred, "is being written");
        }

        return ParseLines(path, octets, stamp);
    }

    private static IncludeResult ParseLines(string path, byte[] octets, in FileStamp stamp)
    {
        var problems = new ProblemList(path);
        FileSafety.Check(
            path,
            stamp,
            DontBlameSendmail.GroupWritableFile | DontBlameSendmail.WorldWritableFile
                | DontBlameSendmail.GroupWritableDirPath | DontBlameSendmail.WorldWritableDirPath,
            problems);
        bool isSafe = problems.ToList().Count == 0;
        var targets = new List<AliasTarget>();
        int number = 0;
        for (int at = 0; at < octets.Length;)
        {
            int length = octets.AsSpan(at).IndexOf((byte)'\n');
            length = length < 0 ? octets.Length - at : length;
            ReadOnlyMemory<byte> line = octets.AsMemory(at, length);
            at += length + 1;
            number++;
            if (line.IsEmpty || line.Span[0] == (byte)'#')
            {
                continue;
            }

            if (line.Span.Contains((byte)0) || !Utf8.IsValid(line.Span))
            {
                problems.Error(number, "the line is not UTF-8 text");
                continue;
            }

            AliasSyntax.Parse(line, number, problems, targets);
        }

        return new IncludeResult(IncludeOutcome.Read, targets, isSafe, problems.ToList());
    }

    private static IncludeResult Fail(string path, IncludeOutcome outcome, string text) =>
        new(outcome, [], IsSafe: true, [new TableProblem(TableSeverity.Error, path, 0, text)]);

    private sealed record Known(FileStamp Stamp, long AskedAt, IncludeResult Result);
}
