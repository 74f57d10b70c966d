namespace Relay.Host.Import;

/// <summary>
/// An option of <c>sendmail.cf</c>, the name that a <c>sendmail.mc</c> defines it by, and its fate here.
/// </summary>
internal sealed record SendmailOption(string Option, string Define, Fate Fate)
{
    /// <summary>Its option is still to come.</summary>
    public static Fate Missing { get; } = No("This version has no option for it.");

    public static Fate To(string key, ValueReader read, string text = "") =>
        new Fate.Carried(read) { Keys = [key], Text = text };

    public static Fate To(IReadOnlyList<string> keys, ValueReader read, string text = "") =>
        new Fate.Carried(read) { Keys = keys, Text = text };

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
