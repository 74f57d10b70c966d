namespace Relay.Routing;

/// <summary>
/// Holds the rules in force. Readers take <see cref="Current"/> once per decision; a reload swaps it whole, so that
/// nobody sees half of one and half of another. Thread-safe.
/// </summary>
public sealed class RoutingHolder(RoutingSnapshot initial)
{
    private volatile RoutingSnapshot _current = initial;

    public RoutingSnapshot Current => _current;

    public void Swap(RoutingSnapshot snapshot) => _current = snapshot;
}
