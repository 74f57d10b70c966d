namespace Relay.Routing.Routes;

/// <summary>
/// Where a recipient goes. Immutable and shared: equal routes are the same destination, named by
/// <see cref="Name"/>; its queue, connections and limits hang on that name.
/// </summary>
public sealed record Route(RouteKind Kind, string Name, IReadOnlyList<NextHop> Hosts)
{
    /// <summary>
    /// For <see cref="RouteKind.Error"/> the reply, e.g. <c>550 5.1.1 User unknown</c>; for Hold the reason.
    /// </summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>
    /// True for routes found by the recipient domain's MX; false for mailertable, smart host and hub routes.
    /// </summary>
    public bool IsMxRoute { get; init; }

    /// <summary>
    /// True for the route to an address literal: whoever wrote the recipient named the host, and nobody else. Its name
    /// is none that a table's route has.
    /// </summary>
    public bool IsLiteral { get; init; }
}
