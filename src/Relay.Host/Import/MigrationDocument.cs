using System.Text;

namespace Relay.Host.Import;

/// <summary>The tables of docs/migration.md, written from what the import does.</summary>
internal static class MigrationDocument
{
    public static string Write()
    {
        var output = new StringBuilder();
        output.Append("### Features\n\n| `FEATURE` | here |\n| --- | --- |\n");
        foreach (SendmailFeature feature in SendmailFeatures.All)
        {
            output.Append($"| `{feature.Name}` | {Describe(feature.Fate)} |\n");
        }

        output.Append("\n### Macros of a sendmail.mc and classes of a sendmail.cf\n\n");
        output.Append("| macro | class | here |\n| --- | --- | --- |\n");
        foreach (SendmailMacro macro in SendmailMacros.All)
        {
            output.Append($"| `{macro.Name}` | {Code(macro.Class)} | {Describe(macro.Fate)} |\n");
        }

        output.Append("\n### Options and definitions\n\n");
        output.Append("| option | defined in m4 by | here |\n| --- | --- | --- |\n");
        foreach (SendmailOption option in SendmailOptions.All)
        {
            output.Append($"| {Code(option.Option)} | `{option.Define}` | {Describe(option.Fate)} |\n");
        }

        return output.ToString();
    }

    private static string Describe(Fate fate)
    {
        string keys = string.Join(", ", fate.Keys.Select(static k => $"`{k}`"));
        string text = fate.Text.Replace("|", "\\|", StringComparison.Ordinal);
        string lead = fate switch
        {
            Fate.Refused => "—",
            Fate.BuiltIn => "built in:",
            _ => keys,
        };
        return $"{lead} {text}".Trim();
    }

    private static string Code(string text) => text.Length == 0 ? string.Empty : $"`{text}`";
}
