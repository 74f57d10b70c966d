using System.Globalization;
using System.Net;
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
    DateTimeOffset? BlockedUntil)
{
    /// <summary>
    /// Our address that its mail came in on, where that decides what it is sent from or under which name: it shares the
    /// destination's name with other mail, and no connection. Null where it does not.
    /// </summary>
    public IPAddress? ArrivedOn { get; init; }

    /// <summary>Connections that may be up now: the limit, or less after the next hop asked for less.</summary>
    public int Window { get; init; }

    public int ConnectionLimit { get; init; }

    /// <summary>Messages per second after the next hop asked for less; 0 is without limit.</summary>
    public double Pace { get; init; }

    /// <summary>The rates in force, in words; empty for none.</summary>
    public string Rates { get; init; } = string.Empty;

    /// <summary>The rates are used up until then; null if they are not.</summary>
    public DateTimeOffset? RateWaitUntil { get; init; }

    public SuspensionSummary? Suspension { get; init; }

    /// <summary>All outbound connections are in use elsewhere.</summary>
    public bool WaitsForConnections { get; init; }

    /// <summary>What mail in line waits for, in words; empty if nothing waits.</summary>
    public string Blocks => Parked == 0 && Suspension is null ? string.Empty
        : Suspension is { } s ? DescribeSuspension(s)
        : BlockedUntil is { } until ? $"no connection; the next attempt is at {Time(until)}"
        : RateWaitUntil is { } next ? $"rate {Rates}; the next message is at {Time(next)}"
        : WaitsForConnections ? "all outbound connections are in use"
        : Window < ConnectionLimit ? $"slowed down to {Window} of {ConnectionLimit} connections"
        : Active >= Window ? $"all {Window} connections are busy"
        : "nothing";

    private static string DescribeSuspension(SuspensionSummary suspension)
    {
        string who = suspension.IsManual ? " by an administrator" : string.Empty;
        string until = suspension.Until is { } time ? $" until {Time(time)}" : string.Empty;
        return $"suspended{who}{until}: {suspension.Reason}";
    }

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
