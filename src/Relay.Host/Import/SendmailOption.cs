namespace Relay.Host.Import;

/// <summary>
/// An option of <c>sendmail.cf</c>, the name that a <c>sendmail.mc</c> defines it by, and its fate here.
/// </summary>
internal sealed record SendmailOption(string Option, string Define, Fate Fate)
{
    public static Fate To(string key, ValueReader read, string text = "") =>
        new Fate.Carried(read) { Keys = [key], Text = text };

    public static Fate To(IReadOnlyList<string> keys, ValueReader read, string text = "") =>
        new Fate.Carried(read) { Keys = keys, Text = text };

    /// <summary>Words that are added to a list.</summary>
    public static Fate Words(string key) =>
        Own(key, (report, statement) => WordImport.Add(report, statement, key));

    /// <summary>A file of words for a list that the configuration alone fills here.</summary>
    public static Fate WordsOfFile(string key) =>
        new Fate.Refused { Text = $"The file is not read; its words belong into `{key}`." };

    public static Fate Always(string text) => new Fate.BuiltIn(static _ => true) { Text = text };

    public static Fate AlwaysIf(string text, params string[] values) =>
        new Fate.BuiltIn(v => values.Contains(v, StringComparer.OrdinalIgnoreCase)) { Text = text };

    public static Fate AlwaysIfTrue(string text) => new Fate.BuiltIn(SendmailValues.IsTrue) { Text = text };

    public static Fate AlwaysIfFalse(string text) =>
        new Fate.BuiltIn(static v => !SendmailValues.IsTrue(v)) { Text = text };

    public static Fate No(string text) => new Fate.Refused { Text = text };

    public static Fate Own(string key, Action<ImportReport, Statement> import, string text = "") =>
        new Fate.Special(import) { Keys = key.Length > 0 ? key.Split(' ') : [], Text = text };
}
