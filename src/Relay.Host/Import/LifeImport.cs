namespace Relay.Host.Import;

/// <summary>
/// Timeout.queuereturn and Timeout.queuewarn: for every priority, unless one has a time of its own.
/// </summary>
internal static class LifeImport
{
    public static IReadOnlyList<string> Lifetimes { get; } =
        ["retry.lifetime", "retry.urgentLifetime", "retry.nonUrgentLifetime", "retry.notificationLifetime"];

    public static IReadOnlyList<string> Warnings { get; } =
        ["retry.warning", "retry.urgentWarning", "retry.nonUrgentWarning"];

    public static void QueueReturn(ImportReport report, Statement statement) =>
        SetAll(report, statement, Lifetimes, SendmailValues.Time('d'));

    public static void QueueWarn(ImportReport report, Statement statement) =>
        SetAll(report, statement, Warnings, SendmailValues.Time('h'));

    // In a sendmail.cf the general option comes first; in a sendmail.mc the order of the definitions means nothing.
    private static void SetAll(
        ImportReport report, Statement statement, IReadOnlyList<string> keys, ValueReader read)
    {
        string? value = read(string.Join(',', statement.Arguments).Trim(), out string problem);
        if (value is null)
        {
            report.Refuse(statement, problem);
            return;
        }

        string? general = report.Get(keys[0]);
        string[] open = [.. keys.Where(key => !report.Has(key) || report.Get(key) == general)];
        foreach (string key in open)
        {
            report.Set(statement, key, value);
        }
    }
}
