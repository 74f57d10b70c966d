using Relay.Host.Options;

namespace Relay.Host.Running;

/// <summary>The options that a reload puts in force; all others count from the next start.</summary>
internal static class ReloadableKeys
{
    private static readonly HashSet<string> Paths =
    [
        RelayKeys.PostmasterAddress.Path,
        RelayKeys.MessageSizeLimit.Path,
        RelayKeys.SmartHost.Path,
        RelayKeys.QueueLoad.Path,
        RelayKeys.StopTimeout.Path,
        OptionRegistry.ListenersPath,
        SubmissionKeys.Socket.Path,
        SubmissionKeys.TrustedUsers.Path,
        RelayKeys.HostName.Path,
        .. DeliveryKeys.All.Select(k => k.Path),
        .. MonitoringKeys.All.Select(k => k.Path),
        .. OtlpKeys.All.Select(k => k.Path),
        .. TableKeys.All.Select(k => k.Path),
        .. AccessKeys.All.Select(k => k.Path),
        .. RouteKeys.All.Select(k => k.Path),
        .. RetryKeys.All.Select(k => k.Path),
        .. NotificationKeys.All.Select(k => k.Path),
        DestinationKeys.ListPath,
        ReplyRuleKeys.ListPath,
        .. MasqueradeKeys.All.Select(k => k.Path),
        .. TlsKeys.All.Select(k => k.Path),
        .. AuthKeys.All
            .Where(k => k != AuthKeys.ChecksMax && k != AuthKeys.DovecotSocket && !AuthKeys.OfDelivery.Contains(k))
            .Select(k => k.Path),
        .. ServerKeys.All.Where(k => k != ServerKeys.Backlog && k != ServerKeys.WaitForData).Select(k => k.Path),
    ];

    public static bool Contains(string path) => Paths.Contains(path);
}
