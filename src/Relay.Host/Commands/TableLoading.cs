using Relay.Host.Options;
using Relay.Host.Tables;
using Relay.Logging;
using Relay.Tables;
using Relay.Tables.Loading;

namespace Relay.Host.Commands;

/// <summary>Loads the tables for a command and prints what is wrong with them.</summary>
internal static class TableLoading
{
    /// <summary>The rules of a start; null if a table is refused.</summary>
    /// <param name="withNotes">Tells also what was understood in another way than Sendmail would.</param>
    public static LiveRules? Start(RelaySettings settings, IMailLog log, TextWriter error, bool withNotes = false)
    {
        if (!DirectoryExists(settings, error))
        {
            return null;
        }

        LiveRules rules = LiveRules.Start(settings, log, TimeProvider.System, out TableLoad load);
        Print(load, error, withNotes);
        if (!load.HasErrors)
        {
            return rules;
        }

        rules.Dispose();
        return null;
    }

    /// <summary>The rules of a reload; null if a table is refused.</summary>
    public static PreparedRules? Prepare(LiveRules rules, RelaySettings settings, TextWriter error)
    {
        if (!DirectoryExists(settings, error))
        {
            return null;
        }

        PreparedRules? prepared = rules.Prepare(settings, out TableLoad load);
        Print(load, error);
        return prepared;
    }

    /// <summary>A missing file is an empty table; a missing directory is a slip.</summary>
    private static bool DirectoryExists(RelaySettings settings, TextWriter error)
    {
        string directory = settings.Get(TableKeys.Directory);
        if (directory.Length == 0 || Directory.Exists(directory))
        {
            return true;
        }

        Problems.Print(error, "the set of tables", [$"{directory}: the tables' directory does not exist"]);
        return false;
    }

    private static void Print(TableLoad load, TextWriter error, bool withNotes = false)
    {
        Problems.Print(
            error,
            "the set of tables",
            [.. load.Problems.Where(static p => p.Severity == TableSeverity.Error)]);
        foreach (TableProblem problem in load.Problems.Where(p => p.Severity != TableSeverity.Error
            && (withNotes || p.Severity == TableSeverity.Warning)))
        {
            error.WriteLine($"relay: {Printable.Of(problem.ToString())}");
        }
    }
}
