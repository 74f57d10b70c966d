namespace Relay.Host.Options;

/// <summary>Every option there is, in the order of docs/operations.md.</summary>
internal static class OptionRegistry
{
    public const string ListenersPath = "listeners";

    /// <summary>The lists of objects.</summary>
    public static IReadOnlyList<string> Lists { get; } =
        [ListenersPath, DestinationKeys.ListPath, ReplyRuleKeys.ListPath];

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        .. RelayKeys.All,
        .. SubmissionKeys.All,
        .. LogKeys.All,
        .. TableKeys.All,
        .. AccessKeys.All,
        .. RouteKeys.All,
        .. MasqueradeKeys.All,
        .. ListenerKeys.All,
        .. QueueKeys.All,
        .. RetryKeys.All,
        .. NotificationKeys.All,
        .. ServerKeys.All,
        .. TlsKeys.All,
        .. AuthKeys.All,
        .. DeliveryKeys.All,
        .. DestinationKeys.All,
        .. ReplyRuleKeys.All,
        .. DnsKeys.All,
        .. MonitoringKeys.All,
        .. OtlpKeys.All,
    ];

    private static readonly Dictionary<string, OptionKey> ByPath = All.ToDictionary(
        k => k.Path, StringComparer.Ordinal);

    private static readonly HashSet<string> Sections =
        [.. All.SelectMany(k => Parents(k.Path)), .. Lists, .. Lists.Select(static path => $"{path}[]")];

    public static OptionKey? Find(string keyPath) => ByPath.GetValueOrDefault(keyPath);

    /// <summary>True if the path is an object that holds keys.</summary>
    public static bool IsSection(string keyPath) => Sections.Contains(keyPath);

    private static IEnumerable<string> Parents(string path)
    {
        for (int dot = path.LastIndexOf('.'); dot > 0; dot = path.LastIndexOf('.', dot - 1))
        {
            yield return path[..dot];
        }
    }
}
