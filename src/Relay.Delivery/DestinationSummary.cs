using Relay.Queue;
using Relay.Routing.Routes;

namespace Relay.Delivery;

/// <summary>What a destination does at the moment.</summary>
/// <param name="Tag">Its number: the tag in <see cref="QueueEntryInfo"/> of messages that go only there.</param>
/// <param name="Parked">Messages that wait for a connection.</param>
/// <param name="Active">Messages being sent.</param>
/// <param name="Oldest">The message that waits first; none if nothing waits.</param>
/// <param name="LastReply">Why the last attempt failed; empty if none did.</param>
/// <param name="BlockedUntil">No connection is tried before; null if there is no pause.</param>
public sealed record DestinationSummary(
    string Name,
    uint Tag,
    RouteKind Kind,
    int Parked,
    int Active,
    int Connections,
    QueueId Oldest,
    string LastReply,
    DateTimeOffset? BlockedUntil);
