using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Relay.Dns;
using Relay.Routing.Routes;

namespace Relay.Delivery.Routing;

/// <summary>
/// The routes that need MX look-ups, by name, with what is known of them. Routes that need none are their own answer,
/// at the cost of a glance at their hosts. Thread-safe.
/// </summary>
internal sealed class SiteTable(DeliveryContext context, IHostResolver hosts, Func<string, bool> isOwnHost)
{
    private const long IdleMilliseconds = 600_000;

    private readonly ConcurrentDictionary<string, Site> _sites = new(StringComparer.OrdinalIgnoreCase);

    public SiteResolver Resolver { get; } = new(hosts, () => context.Options, isOwnHost, () => context.Rules);

    /// <summary>Messages that wait for look-ups; counts as it goes.</summary>
    public int Waiting => _sites.Sum(static s => s.Value.Waiting);

    /// <summary>
    /// The route to serve now. False: a look-up was begun, and <paramref name="site"/> is where to wait for it.
    /// </summary>
    public bool TryGet(Route route, out Route found, [NotNullWhen(false)] out Site? site)
    {
        site = null;
        found = route;
        if (!NeedsLookup(route))
        {
            return true;
        }

        site = SiteOf(route);
        if (site.TryGet(out found))
        {
            site = null;
            return true;
        }

        return false;
    }

    /// <summary>The route as last known, without waiting; see <see cref="Site.TryGetKnown"/>.</summary>
    public bool TryGetKnown(Route route, out Route found)
    {
        found = route;
        return !NeedsLookup(route) || SiteOf(route).TryGetKnown(out found);
    }

    /// <exception cref="OperationCanceledException">The program stops.</exception>
    public ValueTask<Route> GetAsync(Route route) =>
        NeedsLookup(route) ? SiteOf(route).GetAsync() : new ValueTask<Route>(route);

    /// <summary>
    /// The name of the destination that serves a route of this name; the name itself if it is not known.
    /// </summary>
    public string DestinationOf(string routeName) =>
        _sites.TryGetValue(routeName, out Site? site) && site.TryGetKnown(out Route route) ? route.Name : routeName;

    /// <summary>Every route is looked up anew when it is needed next.</summary>
    public void Forget()
    {
        foreach (KeyValuePair<string, Site> entry in _sites)
        {
            entry.Value.Forget();
        }
    }

    public void OnHeartbeat(long now)
    {
        foreach (KeyValuePair<string, Site> entry in _sites)
        {
            if (entry.Value.IsIdle(now, IdleMilliseconds))
            {
                _sites.TryRemove(entry);
            }
        }
    }

    private static bool NeedsLookup(Route route)
    {
        IReadOnlyList<NextHop> all = route.Hosts;
        for (int i = 0; i < all.Count; i++)
        {
            if (all[i].UseMx)
            {
                return true;
            }
        }

        return false;
    }

    private Site SiteOf(Route route)
    {
        while (true)
        {
            if (!_sites.TryGetValue(route.Name, out Site? site))
            {
                site = _sites.GetOrAdd(route.Name, new Site(context, route));
            }

            if (ReferenceEquals(site.Source, route) || IsSame(site.Source, route))
            {
                return site;
            }

            _sites.TryUpdate(route.Name, new Site(context, route), site); // hosts changed while the name stayed
        }
    }

    private static bool IsSame(Route one, Route other) =>
        one.Kind == other.Kind && one.IsMxRoute == other.IsMxRoute && one.Hosts.SequenceEqual(other.Hosts);
}
