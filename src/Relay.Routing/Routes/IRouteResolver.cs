namespace Relay.Routing.Routes;

/// <summary>
/// Resolves recipients to routes: mailertable, smart host, hub, later MX. Thread-safe; swapped on reload.
/// </summary>
public interface IRouteResolver
{
    /// <summary>
    /// Resolves without waiting if it can, allocating nothing for a known domain. False: use
    /// <see cref="ResolveAsync"/>.
    /// </summary>
    bool TryResolve(ReadOnlySpan<byte> forwardPath, out RecipientRoute route);

    ValueTask<RecipientRoute> ResolveAsync(ReadOnlyMemory<byte> forwardPath, CancellationToken cancellation);
}
