using Relay.Routing.Routes;

namespace Relay.Host.Options;

/// <summary>A route as configured; <see cref="None"/> for none.</summary>
internal sealed record RouteSetting(string Text, Route? Route)
{
    public static RouteSetting None { get; } = new(string.Empty, null);
}
