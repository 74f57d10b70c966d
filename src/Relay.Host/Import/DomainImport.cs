namespace Relay.Host.Import;

/// <summary>
/// <c>DOMAIN(generic)</c> is a file of Sendmail's whose content is known; others are files of the site.
/// </summary>
internal static class DomainImport
{
    public static void Import(ImportReport report, Statement statement)
    {
        if (statement.Argument(0) != "generic")
        {
            report.Refuse(
                statement,
                $"domain/{statement.Argument(0)}.m4 is not read: import it by itself, or put its lines here");
            return;
        }

        foreach (Statement part in Parts(statement))
        {
            StatementImport.Import(report, part);
        }
    }

    /// <summary><c>include</c>: m4's way to read another file.</summary>
    public static void Include(ImportReport report, Statement statement)
    {
        if (Path.GetFileName(statement.Argument(0)) == "cf.m4")
        {
            report.BuiltIn(statement, "Sendmail's own macros, which are known");
        }
        else
        {
            report.Refuse(statement, "The file is not read: import it by itself, or put its lines here.");
        }
    }

    /// <summary>Sendmail: cf/domain/generic.m4.</summary>
    private static IEnumerable<Statement> Parts(Statement statement)
    {
        yield return Part(statement, StatementKind.Define, "confFORWARD_PATH", "$z/.forward");
        yield return Part(statement, StatementKind.Define, "confMAX_HEADERS_LENGTH", "32768");
        yield return Part(statement, StatementKind.Feature, "redirect");
        yield return Part(statement, StatementKind.Feature, "use_cw_file");
        yield return Part(statement, StatementKind.Call, "EXPOSED_USER", "root");
    }

    private static Statement Part(Statement statement, StatementKind kind, string name, params string[] arguments)
    {
        string call = kind switch
        {
            StatementKind.Define => $"define(`{name}', `{arguments[0]}')",
            StatementKind.Feature => $"FEATURE(`{name}')",
            _ => $"{name}(`{arguments[0]}')",
        };
        return new Statement(kind, statement.Line, $"{statement.Text} has {call}", name, arguments);
    }
}
