using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Relay.Routing.Options;
using Relay.Routing.Tracing;
using Relay.Smtp.Addressing;
using Relay.Tables;
using Relay.Tables.Mailer;

namespace Relay.Routing.Routes;

/// <summary>
/// Finds the next hop of a final address, in Sendmail's order. Our own names: LUSER_RELAY, MAIL_HUB, LOCAL_RELAY, local
/// delivery, else unknown. Other domains: mailertable, SMART_HOST, MX. Address literals pass mailertable by. Belongs to
/// one snapshot. Finds known domains without allocating. Thread-safe.
/// </summary>
internal sealed class RouteFinder
{
    /// <summary>Routes kept by domain; beyond it the memory is emptied and fills again.</summary>
    private const int CacheMax = 65_536;

    private readonly RoutingSnapshot _snapshot;
    private readonly ConcurrentDictionary<byte[], Route> _direct = new(OctetsComparer.Instance);
    private readonly ConcurrentDictionary<byte[], Route>.AlternateLookup<ReadOnlySpan<byte>> _directLookup;
    private readonly ConcurrentDictionary<string, ResolvedTarget?> _targets = new(StringComparer.Ordinal);
    private readonly ResolvedTarget? _smartHost;
    private readonly ResolvedTarget? _fallback;
    private readonly ResolvedTarget? _hub;
    private readonly ResolvedTarget? _localRelay;
    private readonly ResolvedTarget? _luserRelay;
    private readonly ResolvedTarget? _localDelivery;

    public RouteFinder(RoutingSnapshot snapshot)
    {
        _snapshot = snapshot;
        _directLookup = _direct.GetAlternateLookup<ReadOnlySpan<byte>>();
        RoutingOptions options = snapshot.Options;
        _smartHost = Resolve(options.SmartHost);
        _fallback = Resolve(options.FallbackSmartHost);
        _hub = Resolve(options.MailHub);
        _localRelay = Resolve(options.LocalRelay);
        _luserRelay = Resolve(options.LuserRelay);
        _localDelivery = Resolve(options.LocalDelivery);
    }

    public static Route UnknownUser { get; } = new(RouteKind.Error, "unknown user", [])
    {
        Text = "550 5.1.1 User unknown",
    };

    public static Route HeldPostmaster { get; } = new(RouteKind.Hold, "postmaster", [])
    {
        Text = "no address is configured for postmaster: set \"postmaster\" and release the message",
    };

    /// <summary>
    /// The mailertable entry of a domain that is not ours, or the smart host; null if neither is there.
    /// </summary>
    /// <param name="domain">Folded.</param>
    /// <param name="trace">Takes what was consulted; null for none.</param>
    /// <param name="failed">The table could not answer.</param>
    public ResolvedTarget? FindTarget(ReadOnlySpan<byte> domain, DecisionTrace? trace, out bool failed)
    {
        failed = false;
        if (domain.IsEmpty || domain[0] != (byte)'[')
        {
            LookupResult result = _snapshot.Tables.Mailertable.Find(domain, out MailerHit hit);
            trace?.AddLookup("mailertable", domain, result, hit.Entry);
            failed = result == LookupResult.TemporaryFailure;
            if (result == LookupResult.Found)
            {
                if (TargetOf(hit.Target) is { } target)
                {
                    return target;
                }

                trace?.Add("mailertable", domain, "its host is this one: ignored");
            }
        }

        if (_smartHost is not null)
        {
            trace?.Add("SMART_HOST", domain, _smartHost.Route?.Name ?? "local");
        }

        return failed ? null : _smartHost;
    }

    /// <summary>The route by the domain's MX records, or to the address of a literal.</summary>
    public Route DirectRoute(ReadOnlySpan<byte> domain) =>
        _directLookup.TryGetValue(domain, out Route? route) ? route : AddDirect(domain);

    /// <summary>Who takes a local name; null if nobody does.</summary>
    /// <param name="name">The local part, without quotes.</param>
    /// <param name="isQualified">It came with one of our domains.</param>
    /// <param name="trace">Takes what was consulted; null for none.</param>
    public ResolvedTarget? LocalTarget(ReadOnlySpan<byte> name, bool isQualified, DecisionTrace? trace)
    {
        RoutingOptions options = _snapshot.Options;
        (string rule, ResolvedTarget? target) = _snapshot.IsLocalUser(name) ? ("class L (LOCAL_USER)", _localDelivery)
            : _luserRelay is not null && _localDelivery is null ? ("LUSER_RELAY", _luserRelay)
            : _hub is not null && (isQualified || !options.StickyHost) ? ("MAIL_HUB", _hub)
            : _localRelay is not null && (!isQualified || !options.StickyHost) ? ("LOCAL_RELAY", _localRelay)
            : ("localDelivery", _localDelivery);
        if (target is { Route: null })
        {
            target = _localDelivery; // a hub of local: is no hub
        }

        trace?.Add(rule, name, target is null ? "nobody takes it" : target.Route!.Name);
        return target;
    }

    /// <summary>The mailbox that a target wants instead of the recipient; null to leave it as it is.</summary>
    /// <param name="target">Where it goes.</param>
    /// <param name="localPart">Without quotes.</param>
    public byte[]? MailboxFor(ResolvedTarget target, ReadOnlySpan<byte> localPart)
    {
        RoutingOptions options = _snapshot.Options;
        bool rewrites = options.HubRewritesDomain && !options.StickyHost && target.HostDomain.Length > 0
            && (ReferenceEquals(target, _hub) || ReferenceEquals(target, _localRelay)
                || (ReferenceEquals(target, _luserRelay) && !options.PreserveLuserHost));
        return target.Mailbox ?? (rewrites ? Mailbox.Compose(localPart, target.HostDomain) : null);
    }

    private ResolvedTarget? TargetOf(MailerTarget target) =>
        _targets.TryGetValue(target.Name, out ResolvedTarget? resolved) ? resolved : AddTarget(target);

    private ResolvedTarget? AddTarget(MailerTarget target)
    {
        if (_targets.Count >= CacheMax)
        {
            _targets.Clear();
        }

        return _targets.GetOrAdd(target.Name, Resolve(target));
    }

    private ResolvedTarget? Resolve(MailerTarget? target) => target is null
        ? null
        : ResolvedTarget.Of(
            target, host => _snapshot.IsLocal(Encoding.ASCII.GetBytes(host)), _snapshot.Options.Port);

    private Route AddDirect(ReadOnlySpan<byte> domain)
    {
        if (_direct.Count >= CacheMax)
        {
            _direct.Clear();
        }

        return _direct.GetOrAdd(domain.ToArray(), MakeDirect(domain));
    }

    private Route MakeDirect(ReadOnlySpan<byte> domain)
    {
        int port = _snapshot.Options.Port;
        if (domain.IsEmpty)
        {
            return new Route(RouteKind.Error, "bad domain", []) { Text = "550 5.1.2 Host unknown" };
        }

        if (domain[0] == (byte)'[')
        {
            if (!AddressLiteral.TryParse(domain, out AddressLiteral literal))
            {
                return new Route(RouteKind.Error, "bad literal", []) { Text = "550 5.1.2 Host unknown" };
            }

            byte[] octets = new byte[literal.Length];
            literal.WriteTo(octets);
            Route route = ResolvedTarget.RouteTo(
                RouteKind.Smtp, [new NextHop(new IPAddress(octets).ToString(), port, UseMx: false, 0)]);
            string hosts = route.Name[route.Name.IndexOf(':', StringComparison.Ordinal)..];
            return route with { Name = $"to{hosts}", IsLiteral = true };
        }

        string name = Encoding.ASCII.GetString(domain);
        List<NextHop> hops = [new NextHop(name, port, UseMx: true, 0)];
        string routeName = port == 25 ? $"mx:{name}" : string.Create(CultureInfo.InvariantCulture, $"mx:{name}:{port}");
        if (_fallback?.Route is { Kind: RouteKind.Smtp } fallback)
        {
            hops.AddRange(fallback.Hosts.Select(h => h with { Preference = h.Preference + 1 }));
            routeName = $"{routeName}|{fallback.Name}";
        }

        return new Route(RouteKind.Smtp, routeName, hops) { IsMxRoute = true };
    }
}
