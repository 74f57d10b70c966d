using System.Globalization;
using Relay.Delivery.Rules;
using Relay.Dns;
using Relay.Routing.Routes;

namespace Relay.Delivery.Routing;

/// <summary>
/// Replaces the hosts of a route that are to be looked up by their MX by the hosts that these name. The first host of
/// an MX route is the recipient's domain; all other hosts were named by the administrator. Thread-safe.
/// </summary>
internal sealed class SiteResolver(
    IHostResolver hosts, Func<DeliveryOptions> options, Func<string, bool> isOwnHost, Func<DestinationRules> rules)
{
    /// <summary>What an administrator names at another port may well be this machine.</summary>
    private const int SmtpPort = 25;

    /// <summary>The DNS' cache minds the TTLs; this only spares asking it for every message.</summary>
    private static readonly TimeSpan _lifetime = TimeSpan.FromSeconds(60);

    /// <summary>A failure that is temporary is soon looked at again.</summary>
    private static readonly TimeSpan _failureLifetime = TimeSpan.FromSeconds(5);

    private static readonly IdnMapping _idn = new();

    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async ValueTask<SiteRoute> ResolveAsync(Route route, CancellationToken cancellation)
    {
        var draft = new SiteDraft();
        SiteFailure? domainFailure = null;
        for (int i = 0; i < route.Hosts.Count; i++)
        {
            NextHop host = route.Hosts[i];
            bool isDomain = route.IsMxRoute && i == 0;
            SiteFailure? failure = host.UseMx
                ? await ExpandAsync(draft, host, isDomain, cancellation)
                : draft.Add(host);
            domainFailure = isDomain ? failure : domainFailure;
        }

        if (route.IsMxRoute && domainFailure is null or { IsTemporary: true })
        {
            await AddFallbacksAsync(draft, cancellation);
        }

        if (domainFailure is { IsRefusal: true } refused)
        {
            return Fail(route, refused); // the domain takes no mail, or we are its last resort: no detour helps
        }

        return draft.IsEmpty ? Fail(route, draft.Failure) : Serve(route, draft.Hosts());
    }

    private SiteRoute Serve(Route route, NextHop[] found) => new(
        route with { Name = route.IsMxRoute ? NameOf(route, found) : route.Name, Hosts = found }, _lifetime);

    /// <summary>
    /// The route without its hosts, which cannot be looked up, under the name that tells the rules for its domain.
    /// </summary>
    public Route ServeUnknown(Route route) =>
        route with { Name = route.IsMxRoute ? Split(route.Name, route) : route.Name, Hosts = [] };

    private string NameOf(Route route, NextHop[] found) => Split(SiteName.Of(found), route);

    /// <summary>A domain with limits of its own has a line of its own.</summary>
    private string Split(string site, Route route)
    {
        DestinationPattern? rule = TryToAscii(route.Hosts[0].Host, out string domain)
            ? rules().DomainRule(domain)
            : null;
        return rule is null ? site : SiteName.Split(site, rule.Text);
    }

    private static SiteRoute Fail(Route route, SiteFailure failure) => new(
        route with { Kind = RouteKind.Error, Hosts = [], Text = failure.Text },
        failure.IsTemporary ? _failureLifetime : _lifetime,
        failure.Alarm);

    private async ValueTask AddFallbacksAsync(SiteDraft draft, CancellationToken cancellation)
    {
        foreach (NextHop fallback in options().FallbackMx)
        {
            NextHop host = fallback with { Preference = SiteDraft.Worst + fallback.Preference };
            if (host.UseMx)
            {
                await ExpandAsync(draft, host, isDomain: false, cancellation);
            }
            else if (!isOwnHost(host.Host))
            {
                draft.Add(host);
            }
        }
    }

    /// <summary>Null if there are hosts; else why there are none.</summary>
    private async ValueTask<SiteFailure?> ExpandAsync(
        SiteDraft draft, NextHop host, bool isDomain, CancellationToken cancellation)
    {
        HostOrigin origin = isDomain ? HostOrigin.Dns : HostOrigin.Configuration;
        if (!TryToAscii(host.Host, out string name))
        {
            return draft.Fail(SiteFailure.Unknown(host.Host, isDomain));
        }

        DnsAnswer answer = await hosts.ResolveExchangesAsync(name, origin, cancellation);
        switch (answer.Status)
        {
            case DnsStatus.Found:
                return AddExchanges(draft, host, answer, isDomain);

            case DnsStatus.NoData:
                return AddItself(draft, host, answer.CanonicalName, isDomain);

            case DnsStatus.NameError:
                return draft.Fail(SiteFailure.Unknown(host.Host, isDomain));

            default:
                return draft.Fail(SiteFailure.LookupFailed(host.Host));
        }
    }

    private SiteFailure? AddExchanges(SiteDraft draft, NextHop host, DnsAnswer answer, bool isDomain)
    {
        ExchangeList list = ExchangeList.Of(answer.Exchanges, isOwnHost);
        switch (list.Verdict)
        {
            case ExchangeVerdict.NullMx:
                return draft.Fail(SiteFailure.NullMx(host.Host, isDomain));

            case ExchangeVerdict.PointsBack when options().TryNullMxList:
                return AddItself(draft, host, answer.CanonicalName, isDomain);

            case ExchangeVerdict.PointsBack:
                return draft.Fail(SiteFailure.PointsBack(host.Host, list.OwnHost));

            default:
                foreach (MxRecord exchange in list.Hosts)
                {
                    draft.Add(
                        new NextHop(exchange.Exchange, host.Port, UseMx: false, host.Preference) { IsExchange = true },
                        exchange.Preference);
                }

                return null;
        }
    }

    /// <summary>The implicit MX: a name without MX records is its own mail host (RFC 5321 §5.1).</summary>
    private SiteFailure? AddItself(SiteDraft draft, NextHop host, string canonicalName, bool isDomain) =>
        (isDomain || host.Port == SmtpPort) && isOwnHost(canonicalName)
            ? draft.Fail(SiteFailure.PointsBack(host.Host, canonicalName))
            : draft.Add(new NextHop(canonicalName, host.Port, UseMx: false, host.Preference) { IsExchange = isDomain });

    private static bool TryToAscii(string name, out string ascii)
    {
        ascii = name;
        if (System.Text.Ascii.IsValid(name))
        {
            return true;
        }

        try
        {
            ascii = _idn.GetAscii(name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
