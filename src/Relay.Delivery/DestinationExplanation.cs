using Relay.Delivery.Rules;
using Relay.Routing.Routes;

namespace Relay.Delivery;

/// <summary>What holds for a destination.</summary>
/// <param name="RouteName">The route that was followed; the destination's own name if it was asked for by that.</param>
/// <param name="Destination">With its hosts, as far as they are known; an error route if mail is not sent.</param>
/// <param name="Problem">Why its mail hosts are not known; empty if they are.</param>
/// <param name="ReplyRules">Those that may match its replies, in order; the first that matches counts.</param>
public sealed record DestinationExplanation(
    string RouteName,
    Route Destination,
    string Problem,
    DestinationLimits Limits,
    IReadOnlyList<ReplyRule> ReplyRules);
