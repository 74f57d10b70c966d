using Relay.Routing.Routes;

namespace Relay.Delivery.Routing;

/// <summary>
/// Where recipients go whose route cannot be found for now: an error route that defers, and so expires.
/// </summary>
internal static class UnresolvedRoute
{
    public static Route Instance { get; } =
        new(RouteKind.Error, "unresolved", []) { Text = "451 4.4.3 Name server: route look-up failure" };
}
