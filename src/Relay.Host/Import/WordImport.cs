namespace Relay.Host.Import;

/// <summary>Classes of words: each statement adds to what others gave (Sendmail: op.me, "C and F").</summary>
internal static class WordImport
{
    public static void Add(ImportReport report, Statement statement, string key)
    {
        string[] words = string.Join(' ', statement.Arguments)
            .Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (key == "tables.localNames")
        {
            // Sendmail computes some names by rules; localhost is always ours.
            words = [.. words.Where(static w => w != "localhost")];
        }

        if (words is ["$={VirtHost}"])
        {
            report.BuiltIn(statement, "what virtusertable serves is relayed to");
            return;
        }

        string[] own = [.. words.Where(static w => !w.Contains('$', StringComparison.Ordinal))];
        foreach (string word in words.Except(own))
        {
            report.Refuse(statement, $"{word}: macros and classes are not put in");
        }

        if (own.Length > 0)
        {
            report.Add(statement, key, own);
        }
        else if (words.Length == 0)
        {
            report.BuiltIn(statement, "localhost is always one of our names");
        }
    }
}
