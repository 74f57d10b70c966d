using System.Text;

namespace Relay.Host.Import;

/// <summary>FEATURE(`dnsbl', zone, text, temporary text) and enhdnsbl, which adds the answers that count.</summary>
internal static class BlocklistImport
{
    private const string Key = "access.dnsbl";

    public static void Import(ImportReport report, Statement statement)
    {
        if (statement.Argument(0).Length == 0)
        {
            report.Refuse(statement, "no zone is named");
            return;
        }

        string[] parts =
        [
            statement.Argument(0).TrimEnd('.'),
            Join(statement.Argument(1)),
            Join(statement.Argument(2)),
            string.Join(' ', statement.Arguments.Skip(3).Select(static a => a.Trim().TrimEnd('.')).Where(IsAnswer)),
        ];
        string own = Defaults(parts[0], parts[1]) ? string.Empty : parts[1];
        string list = string.Join(" | ", [parts[0], own, DefaultFailure(parts[2]), parts[3]]);
        report.Add(statement, Key, [list.TrimEnd(' ', '|')], "\n");
    }

    /// <summary>The texts that Sendmail writes into its rules if none is given.</summary>
    private static bool Defaults(string zone, string text) =>
        text == $"550 Rejected: $&{{client_addr}} listed at {zone}";

    private static string DefaultFailure(string text) =>
        text.StartsWith("451 Temporary lookup failure of", StringComparison.Ordinal) ? "t" : text;

    private static bool IsAnswer(string answer) => answer.Length > 0 && char.IsAsciiDigit(answer[0]);

    /// <summary>
    /// Texts of rules are pieces in double quotes with macros between them; white space outside quotes is none.
    /// </summary>
    private static string Join(string text)
    {
        if (!text.Contains('"', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder();
        bool isQuoted = false;
        foreach (char c in text)
        {
            if (c == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (isQuoted || !char.IsWhiteSpace(c))
            {
                result.Append(c);
            }
        }

        return result.ToString();
    }
}
