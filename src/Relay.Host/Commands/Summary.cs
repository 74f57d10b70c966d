using Relay.Host.Options;
using Relay.Queue;
using Relay.Routing;
using Relay.Routing.Options;
using Relay.Tables.Loading;

namespace Relay.Host.Commands;

/// <summary>What a configuration means, in sentences.</summary>
internal static class Summary
{
    public static IEnumerable<string> Of(RelaySettings settings, RoutingSnapshot rules)
    {
        yield return $"name      {settings.Get(RelayKeys.HostName)}";
        foreach (RelaySettings listener in settings.Listeners)
        {
            string endPoint = OptionFormats.EndPoint.Write(listener.Get(ListenerKeys.Endpoint));
            yield return $"listens   {endPoint} ({listener.Get(ListenerKeys.Name)})";
        }

        yield return settings.Get(QueueKeys.Engine) == MailQueueEngine.Faster
            ? $"queue     {settings.Get(QueueKeys.QueueDirectory)}, durable"
            : "queue     in memory: mail is lost with the process";
        TableSet tables = rules.Tables;
        yield return $"may relay 127.0.0.1 and ::1, and {tables.RelayDomains.Count + tables.Access.Count} entries of "
            + "relay-domains and access";
        yield return $"local     {rules.Options.HostName}, localhost and {tables.LocalHostNames.Count} names; "
            + $"{tables.Virtusertable.Count} virtual users, {tables.Aliases.Count} aliases, "
            + LocalRoute(rules.Options);
        yield return $"routes    {tables.Mailertable.Count} entries of mailertable, "
            + (rules.Options.SmartHost is { } smartHost ? $"all else to {smartHost.Name}" : "all else by MX");
        if (rules.Options.PromiscuousRelay)
        {
            yield return "warning   promiscuousRelay is on: this is an open relay";
        }

        if (rules.Options.Postmaster is null
            && tables.Aliases.Find("postmaster"u8, default, out _) != Relay.Tables.LookupResult.Found)
        {
            yield return "note      no \"postmaster\" is set: mail to <postmaster> is held in the queue";
        }
    }

    private static string LocalRoute(RoutingOptions options) =>
        (options.LocalDelivery ?? options.MailHub ?? options.LuserRelay) is { } target
            ? $"all else to {target.Name}"
            : "all else is unknown";
}
