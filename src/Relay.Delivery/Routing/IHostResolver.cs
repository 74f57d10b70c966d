using System.Net;

namespace Relay.Delivery.Routing;

/// <summary>The one way to the DNS: addresses of a host. Its floor (MX, caching, own resolver) comes later.</summary>
public interface IHostResolver
{
    /// <summary>All addresses of the host; empty if it has none (final).</summary>
    /// <exception cref="IOException">A temporary failure.</exception>
    ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellation);
}
