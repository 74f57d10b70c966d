using System.Text;
using Relay.Delivery.Routing;
using Relay.Delivery.Rules;
using Relay.Dns;
using Relay.Routing.Routes;

namespace Relay.Delivery;

/// <summary>Tells by which rules mail for a destination would be sent, without sending any. Thread-safe.</summary>
public sealed class DestinationExplainer
{
    private const string MxPrefix = "mx:";
    private const string LmtpPrefix = "lmtp:";

    private readonly IRouteResolver _routes;
    private readonly DestinationRules _rules;
    private readonly SiteResolver _sites;

    /// <param name="isOwnHost">As for <see cref="DeliveryService"/>.</param>
    public DestinationExplainer(
        DeliveryOptions options, IRouteResolver routes, IHostResolver hosts, Func<string, bool> isOwnHost)
    {
        _routes = routes;
        _rules = new DestinationRules(options);
        _sites = new SiteResolver(hosts, () => options, isOwnHost, () => _rules);
    }

    /// <param name="destination">A recipient domain, or a destination by the name that the summary prints.</param>
    /// <returns>Null if it is neither.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async ValueTask<DestinationExplanation?> ExplainAsync(string destination, CancellationToken cancellation)
    {
        if (!DestinationPattern.TryParse(destination, out DestinationPattern pattern))
        {
            return null;
        }

        if (pattern.IsExactDomain)
        {
            return await ExplainDomainAsync(pattern.Text, cancellation);
        }

        return destination.Contains(':', StringComparison.Ordinal) ? Explain(destination, RouteOf(destination)) : null;
    }

    private static Route RouteOf(string name)
    {
        bool isSite = name.StartsWith(MxPrefix, StringComparison.OrdinalIgnoreCase);
        RouteKind kind = name.StartsWith(LmtpPrefix, StringComparison.OrdinalIgnoreCase)
            ? RouteKind.Lmtp
            : RouteKind.Smtp;
        return new Route(kind, name, isSite ? SiteName.HostsOf(name) : []) { IsMxRoute = isSite };
    }

    private async ValueTask<DestinationExplanation> ExplainDomainAsync(string domain, CancellationToken cancellation)
    {
        byte[] recipient = Encoding.UTF8.GetBytes($"someone@{domain}");
        Route route = (await _routes.ResolveAsync(recipient, cancellation)).Route;
        if (!route.Hosts.Any(static host => host.UseMx))
        {
            return Explain(route.Name, route);
        }

        Route found = (await _sites.ResolveAsync(route, cancellation)).Route;
        bool isUnknown = found.Kind == RouteKind.Error && found.Text.StartsWith('4');
        return isUnknown
            ? Explain(route.Name, _sites.ServeUnknown(route), found.Text)
            : Explain(route.Name, found);
    }

    private DestinationExplanation Explain(string routeName, Route destination, string problem = "") =>
        new(routeName, destination, problem, _rules.For(destination), [.. _rules.Replies.For(destination)]);
}
