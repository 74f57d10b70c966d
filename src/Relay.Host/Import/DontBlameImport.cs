namespace Relay.Host.Import;

/// <summary>DontBlameSendmail: its many words are a few here, which count for every table.</summary>
internal static class DontBlameImport
{
    private const string Key = "tables.dontBlameSendmail";
    private const string KeyFileKey = "tls.groupReadableKeys";

    private static readonly Dictionary<string, string[]> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["GroupWritableDirPathSafe"] = ["GroupWritableDirPath"],
        ["GroupWritableAliasFile"] = ["GroupWritableFile"],
        ["GroupWritableIncludeFile"] = ["GroupWritableFile"],
        ["GroupWritableIncludeFileSafe"] = ["GroupWritableFile"],
        ["WorldWritableAliasFile"] = ["WorldWritableFile"],
        ["WorldWritableIncludeFile"] = ["WorldWritableFile"],
        ["MapInUnsafeDirPath"] = ["GroupWritableDirPath", "WorldWritableDirPath"],
        ["ClassFileInUnsafeDirPath"] = ["GroupWritableDirPath", "WorldWritableDirPath"],
        ["IncludeFileInUnsafeDirPath"] = ["GroupWritableDirPath", "WorldWritableDirPath"],
        ["IncludeFileInUnsafeDirPathSafe"] = ["GroupWritableDirPath", "WorldWritableDirPath"],
    };

    public static void Import(ImportReport report, Statement statement)
    {
        string[] given = string.Join(' ', statement.Arguments).Split(
            [' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (string word in given)
        {
            if (word.Equals("safe", StringComparison.OrdinalIgnoreCase))
            {
                report.BuiltIn(statement, "files are held to what is safe");
            }
            else if (word.Equals("GroupReadableKeyFile", StringComparison.OrdinalIgnoreCase))
            {
                report.Set(statement, KeyFileKey, "true");
            }
            else if (Words.TryGetValue(word, out string[]? ours))
            {
                report.Add(statement, Key, ours);
            }
            else
            {
                report.Refuse(statement, $"{word}: concerns no file that the relay reads");
            }
        }
    }
}
