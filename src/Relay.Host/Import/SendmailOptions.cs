namespace Relay.Host.Import;

/// <summary>Every option and definition that a Sendmail configuration may hold.</summary>
internal static class SendmailOptions
{
    public static IReadOnlyList<SendmailOption> All { get; } =
    [
        .. ReceptionOptions.All,
        .. TimeoutOptions.All,
        .. DeliveryOptionMap.All,
        .. RouteDefinitions.All,
        .. OtherOptions.All,
    ];

    private static readonly Dictionary<string, SendmailOption> ByOption = All
        .Where(static o => o.Option.Length > 0)
        .ToDictionary(static o => o.Option, StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, SendmailOption> ByDefine =
        All.ToDictionary(static o => o.Define, StringComparer.Ordinal);

    /// <summary>By the name in a <c>sendmail.cf</c>; case does not matter there.</summary>
    public static SendmailOption? FindOption(string name) => ByOption.GetValueOrDefault(name);

    /// <summary>By the name in a <c>sendmail.mc</c>.</summary>
    public static SendmailOption? FindDefine(string name) => ByDefine.GetValueOrDefault(name);
}
