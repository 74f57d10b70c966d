using Relay.Host.Options;

namespace Relay.Host.Tables;

/// <summary>What holds for clients that access says nothing about. Immutable.</summary>
internal sealed record ConnectionDefaults(
    bool ResolveClients, TimeSpan GreetPause, int ClientRate, int ClientConnections, bool Terminate)
{
    public static ConnectionDefaults Of(RelaySettings settings) => new(
        settings.Get(AccessKeys.ResolveClients),
        settings.Get(AccessKeys.GreetPause),
        settings.Get(AccessKeys.ClientRate),
        settings.Get(AccessKeys.ClientConnections),
        settings.Get(AccessKeys.LimitsTerminate));
}
