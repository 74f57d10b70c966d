using System.Text;
using Relay.Host.Commands;
using Relay.Host.Options;
using Relay.Host.Tables;
using Relay.Tables;
using Relay.Tables.Loading;

namespace Relay.Host.Sendmail;

/// <summary>
/// <c>newaliases</c>, <c>sendmail -bi</c>: checks the aliases and says what Sendmail says when it has rebuilt them. The
/// relay reads the text itself, within two seconds of a change.
/// </summary>
internal static class AliasesCommand
{
    private static readonly string[] UsualFiles = ["/etc/mail/aliases", "/etc/aliases"];

    public static int Run(SendmailArguments arguments, CommandSettings settings)
    {
        if (settings.Settings is not { } known)
        {
            Console.Error.WriteLine($"{arguments.Program}: {settings.Unreadable}");
            return ExitCode.NoPermission;
        }

        IReadOnlyList<string> files = FilesOf(arguments, known);
        int exit = ExitCode.Ok;
        foreach (string file in files)
        {
            int one = Check(file, known, arguments.Program);
            exit = exit == ExitCode.Ok ? one : exit;
        }

        return exit;
    }

    /// <summary>Those of <c>-OAliasFile=</c>, else of the configuration, else the usual one.</summary>
    private static IReadOnlyList<string> FilesOf(SendmailArguments arguments, RelaySettings settings)
    {
        string[] named =
        [
            .. arguments.Options
                .Where(static o => o.Name.Equals("AliasFile", StringComparison.OrdinalIgnoreCase))
                .Select(static o => o.Value),
        ];
        IReadOnlyList<string> configured = RulesOf.Sources(settings).Aliases;
        return named.Length > 0 ? named
            : configured.Count > 0 ? configured
            : [Array.Find(UsualFiles, File.Exists) ?? UsualFiles[0]];
    }

    private static int Check(string file, RelaySettings settings, string program)
    {
        if (!File.Exists(file))
        {
            Console.Error.WriteLine($"{program}: {Printable.Of(file)}: no such file");
            return ExitCode.NoInput;
        }

        TableLoad load = TableWatcher.LoadOnce(new TableSources
        {
            Aliases = [Path.GetFullPath(file)],
            DontBlameSendmail = settings.Get(TableKeys.DontBlameSendmail),
        });
        foreach (TableProblem problem in load.Problems)
        {
            Console.Error.WriteLine(Printable.Of(problem.ToString()));
        }

        if (load.HasErrors)
        {
            return ExitCode.DataError;
        }

        (int count, int longest, long total) = Measure(File.ReadLines(file));
        Console.Out.WriteLine($"{file}: {count} aliases, longest {longest} bytes, {total} bytes total");
        return ExitCode.Ok;
    }

    /// <summary>
    /// Sendmail's counting: the longest right side, and the octets of all names and right sides.
    /// </summary>
    internal static (int Count, int Longest, long Total) Measure(IEnumerable<string> lines)
    {
        int count = 0;
        int longest = 0;
        long total = 0;
        string entry = string.Empty;
        foreach (string line in lines.Append("#"))
        {
            if (line is [' ' or '\t', ..])
            {
                entry += " " + line.Trim();
                continue;
            }

            int colon = entry.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                int length = Encoding.UTF8.GetByteCount(entry[(colon + 1)..].Trim());
                count++;
                longest = Math.Max(longest, length);
                total += length + Encoding.UTF8.GetByteCount(entry[..colon].Trim());
            }

            entry = line.StartsWith('#') ? string.Empty : line.TrimEnd();
        }

        return (count, longest, total);
    }
}
