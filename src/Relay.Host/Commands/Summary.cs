using Relay.Host.Options;
using Relay.Host.Tables;
using Relay.Queue;

namespace Relay.Host.Commands;

/// <summary>What a configuration means, in sentences.</summary>
internal static class Summary
{
    public static IEnumerable<string> Of(RelaySettings settings, TableSet tables)
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
        yield return $"may relay 127.0.0.1 and ::1, and {tables.Permissions.Count} entries of relay-domains and access";
        yield return $"routes    {tables.Routes.Count} entries of mailertable, "
            + (tables.SmartHost is { } smartHost ? $"all else to {smartHost.Name}" : "no smart host");
        if (tables.SmartHost is null && tables.Routes.Count == 0)
        {
            yield return "warning   there is no route: mail is accepted and deferred (451 4.4.0 no route) until smartHost "
                + "or mailertable names one";
        }

        if (tables.PostmasterAddress is null)
        {
            yield return "note      no \"postmaster\" is set: mail to <postmaster> is held in the queue";
        }
    }
}
