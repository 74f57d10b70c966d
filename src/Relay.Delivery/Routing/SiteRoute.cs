using Relay.Routing.Routes;

namespace Relay.Delivery.Routing;

/// <summary>A route as it is to be served now.</summary>
/// <param name="Route">With hosts that need no MX look-up, or an error.</param>
/// <param name="Lifetime">When to look again.</param>
/// <param name="Alarm">What the administrator must hear of; null for nothing.</param>
internal sealed record SiteRoute(Route Route, TimeSpan Lifetime, string? Alarm = null);
