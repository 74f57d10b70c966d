using Relay.Host.Options;
using Relay.Host.Submission;
using Relay.Host.Tables;
using Relay.Tables.Loading;

namespace Relay.Host.Commands;

/// <summary>
/// Files that root can read and the relay cannot, which runs as another user: <c>relay check</c>, run by root, would
/// find everything right, and the start would fail.
/// </summary>
internal static class ClosedFiles
{
    /// <summary>A warning for each; none unless root asks and the queue is another user's.</summary>
    public static IEnumerable<string> Find(RelaySettings settings)
    {
        if (SystemCalls.EffectiveUserId != 0
            || SystemCalls.OwnersOf(settings.Get(QueueKeys.QueueDirectory)) is not { User: not 0 } relay)
        {
            return [];
        }

        string name = SystemCalls.FindUser(relay.User)?.Name ?? $"{relay.User}";
        return Files(settings).Distinct(StringComparer.Ordinal)
            .Where(file => IsClosedTo(relay, file))
            .Select(file => $"{file} is not readable for {name}, whose the queue is: chown {name} {file}");
    }

    private static IEnumerable<string> Files(RelaySettings settings)
    {
        TableSources sources = RulesOf.Sources(settings);
        return ((string?[])
            [
                sources.Access, sources.Mailertable, sources.Virtusertable, sources.Domaintable, sources.Genericstable,
                .. sources.Aliases, sources.Users, sources.AuthInfo, sources.SenderLogin,
                .. settings.Get(TlsKeys.Certificates).Files.Select(static f => f.Key),
                .. settings.Get(TlsKeys.DeliveryCertificate).Files.Select(static f => f.Key),
                settings.Get(MonitoringKeys.AdminTokenFile),
            ]).OfType<string>();
    }

    private static bool IsClosedTo((uint User, uint Group) relay, string file)
    {
        if (!File.Exists(file) || SystemCalls.OwnersOf(file) is not { } owners)
        {
            return false;
        }

        UnixFileMode needed = owners.User == relay.User ? UnixFileMode.UserRead
            : owners.Group == relay.Group ? UnixFileMode.GroupRead
            : UnixFileMode.OtherRead;
        return (File.GetUnixFileMode(file) & needed) == 0;
    }
}
