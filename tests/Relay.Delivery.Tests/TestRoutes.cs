using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Relay.Dns;
using Relay.Routing.Routes;

namespace Relay.Delivery.Tests;

/// <summary>Routes by domain, and hosts by name.</summary>
internal sealed class TestRoutes : IRouteResolver, IHostResolver
{
    // Tests change routes while others look them up.
    private readonly ConcurrentDictionary<string, RecipientRoute> _routes = new(StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, Route> _mxRoutes = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, IPAddress[]> Hosts { get; } = [];

    /// <summary>Routes are found only by waiting, as with a cold cache.</summary>
    public bool IsSlow { get; set; }

    /// <summary>The port of domains without a route, which go by their MX; 0 for no such domains.</summary>
    public int MxPort { get; set; }

    public Route this[string domain]
    {
        get => _routes[domain].Route;
        set => _routes[domain] = new RecipientRoute(value);
    }

    public static Route To(
        int port, RouteKind kind = RouteKind.Smtp, string name = "", string address = "127.0.0.1") =>
        new(kind, name.Length > 0 ? name : $"smtp:[{address}]:{port}", [new NextHop(address, port, false, 0)]);

    public void Set(string domain, RecipientRoute route) => _routes[domain] = route;

    public bool TryResolve(ReadOnlySpan<byte> forwardPath, out RecipientRoute route)
    {
        route = default;
        return !IsSlow && TryFind(forwardPath, out route);
    }

    public async ValueTask<RecipientRoute> ResolveAsync(
        ReadOnlyMemory<byte> forwardPath, CancellationToken cancellation)
    {
        await Task.Yield();
        return TryFind(forwardPath.Span, out RecipientRoute route) ? route : throw new IOException("no such route");
    }

    public ValueTask<HostAddresses> ResolveAsync(string host, HostOrigin origin, CancellationToken cancellation) =>
        new(Hosts.TryGetValue(host, out IPAddress[]? addresses)
            ? HostAddresses.Of(addresses)
            : HostAddresses.NameError);

    public ValueTask<DnsAnswer> ResolveExchangesAsync(
        string name, HostOrigin origin, CancellationToken cancellation) =>
        new(new DnsAnswer { Status = DnsStatus.NoData, CanonicalName = name });

    private bool TryFind(ReadOnlySpan<byte> forwardPath, out RecipientRoute route)
    {
        string domain = Encoding.UTF8.GetString(forwardPath[(forwardPath.LastIndexOf((byte)'@') + 1)..]);
        if (_routes.TryGetValue(domain, out route) || MxPort == 0)
        {
            return _routes.ContainsKey(domain);
        }

        lock (_mxRoutes)
        {
            if (!_mxRoutes.TryGetValue(domain, out Route? byMx))
            {
                _mxRoutes[domain] = byMx = new Route(
                    RouteKind.Smtp, $"mx:{domain}:{MxPort}", [new NextHop(domain, MxPort, UseMx: true, 0)])
                {
                    IsMxRoute = true,
                };
            }

            route = new RecipientRoute(byMx);
            return true;
        }
    }
}
