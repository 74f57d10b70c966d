namespace Relay.Host.Import;

/// <summary>PrivacyOptions: the words are the same here, but each is checked by itself.</summary>
internal static class PrivacyImport
{
    private const string Key = "server.privacy";

    public static void Import(ImportReport report, Statement statement)
    {
        var words = new List<string>();
        string[] given = string.Join(',', statement.Arguments).Split(
            [',', ' ', '\t'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (string word in given)
        {
            if (report.TrySet(Key, word, out _))
            {
                words.Add(word);
            }
            else
            {
                report.Refuse(statement, $"{word} is no privacy flag that the relay knows");
            }
        }

        report.Unset(Key);
        report.Set(statement, Key, string.Join(',', words));
    }
}
