using System.Text.RegularExpressions;

namespace Relay.Host.Import;

/// <summary>
/// Turns a <c>sendmail.mc</c> or <c>sendmail.cf</c> into a <c>relay.json</c>. Nothing is left out in silence: every
/// statement sets a key, is built in, or stands in the list of what could not be carried over.
/// </summary>
internal static partial class SendmailImporter
{
    public static ImportReport Import(string text)
    {
        var report = new ImportReport();
        bool isMacroFile = IsMacroFile(text);
        IReadOnlyList<Statement> statements =
            isMacroFile ? MacroReader.Read(text, SendmailMacros.Names) : CfReader.Read(text);
        report.IsSubmission = statements.Any(static s => s is { Kind: StatementKind.Feature, Name: "msp" });
        foreach (Statement statement in statements)
        {
            StatementImport.Import(report, statement);
        }

        ListenerImport.Finish(report, isMacroFile);
        RouteImport.Finish(report);
        TlsImport.Finish(report);
        TableImport.Finish(report, isMacroFile);
        return report;
    }

    /// <summary>A file for m4 calls macros; a <c>sendmail.cf</c>, which m4 has written, calls none.</summary>
    public static bool IsMacroFile(string text) => MacroCall().IsMatch(text);

    [GeneratedRegex(
        @"^(?:#\s*)?(?:divert|define|undefine|FEATURE|MAILER|OSTYPE|DOMAIN|VERSIONID|include|DAEMON_OPTIONS"
        + @"|MASQUERADE_\w+|EXPOSED_USER|LOCAL_DOMAIN|RELAY_DOMAIN|VIRTUSER_DOMAIN|GENERICS_DOMAIN)\(",
        RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex MacroCall();
}
