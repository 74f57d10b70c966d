using Relay.Delivery.Tls;
using Relay.Routing;
using Relay.Routing.Options;
using Relay.Routing.Tls;
using Relay.Tls;

namespace Relay.Host.Tls;

/// <summary>Asks options and access what TLS with a next hop is to be. Thread-safe.</summary>
internal sealed class RulesTlsPolicy(RoutingHolder rules) : ITlsPolicy
{
    public object Version => rules.Current.TlsVersion;

    public bool HasRecipientRules => TlsRules.HasRecipientRules(rules.Current);

    public TlsUse UseWith(in TlsPeer peer)
    {
        RoutingSnapshot snapshot = rules.Current;
        TlsLevel level = TlsRules.PolicyOf(snapshot, peer.Host, peer.Address).Level;
        return level == TlsLevel.None || !TlsRules.MayTry(snapshot, peer.Host, peer.Address) ? TlsUse.None
            : level == TlsLevel.May ? TlsUse.May
            : TlsUse.Required;
    }

    public TlsRefusal? CheckServer(in TlsPeer peer, TlsInfo? tls, TlsVerification verification) =>
        Of(TlsRules.CheckServer(rules.Current, peer.Host, peer.Address, tls, verification));

    public bool IsAuthenticated(in TlsPeer peer, TlsInfo tls) =>
        TlsRules.IsAuthenticated(rules.Current, peer.Host, peer.Address, tls);

    public TlsRefusal? CheckRecipient(
        in TlsPeer peer, ReadOnlySpan<byte> recipient, TlsInfo? tls, TlsVerification verification) =>
        Of(TlsRules.CheckRecipient(rules.Current, recipient, peer.Host, tls, verification));

    private static TlsRefusal? Of(TlsVerdict? verdict) =>
        verdict is null ? null : new TlsRefusal(verdict.Code, verdict.Text);
}
