namespace Relay.Host.Admin;

/// <summary>A next hop in the summary.</summary>
internal sealed record DestinationState(
    string Name, int Waiting, int Active, int Connections, string LastReply, DateTimeOffset? BlockedUntil);
