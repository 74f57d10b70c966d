using System.Net;
using System.Text;
using Relay.Routing.Access;
using Relay.Routing.Clients;
using Relay.Routing.Options;
using Relay.Routing.Tracing;
using Relay.Tables;
using Relay.Tables.Access;
using Relay.Tls;

namespace Relay.Routing.Tls;

/// <summary>
/// What options and access ask of TLS: Sendmail's try_tls, tls_server, tls_rcpt and tls_client, and the levels of
/// single hosts. Thread-safe; without entries of these tags nothing is looked up.
/// </summary>
public static class TlsRules
{
    private const string TableFailure = "Temporary system failure. Please try again later.";

    /// <summary>The level for a host: its name, the domains above it, its address, else the common one.</summary>
    public static TlsHostPolicy PolicyOf(RoutingSnapshot snapshot, string host, IPAddress? address)
    {
        IReadOnlyList<TlsHostPolicy> policies = snapshot.Options.TlsPolicies;
        TlsHostPolicy? best = null;
        foreach (TlsHostPolicy policy in policies)
        {
            bool matches = policy.Host[0] == '.'
                ? host.EndsWith(policy.Host, StringComparison.OrdinalIgnoreCase)
                : string.Equals(host, policy.Host, StringComparison.OrdinalIgnoreCase)
                    || (address is not null && IPAddress.TryParse(policy.Host, out IPAddress? own) && own.Equals(address));
            best = matches && (best is null || RankOf(policy) > RankOf(best)) ? policy : best;
        }

        return best ?? new TlsHostPolicy(string.Empty, snapshot.Options.TlsLevel, []);
    }

    /// <summary><c>Try_TLS:</c> by name, by address, by default: false if it says NO.</summary>
    public static bool MayTry(RoutingSnapshot snapshot, string host, IPAddress? address) =>
        Find(snapshot, AccessTag.TryTls, host, address, out AccessHit hit) != LookupResult.Found
        || !Ascii.EqualsIgnoreCase(hit.Value.Text.Span, "NO"u8);

    /// <summary>The host's level, then <c>TLS_Srv:</c> by name, by address, by default. Null: good enough.</summary>
    public static TlsVerdict? CheckServer(
        RoutingSnapshot snapshot, string host, IPAddress? address, TlsInfo? tls, TlsVerification verification)
    {
        TlsHostPolicy policy = PolicyOf(snapshot, host, address);
        TlsVerdict? verdict = policy.Level switch
        {
            TlsLevel.Encrypt or TlsLevel.Verify or TlsLevel.Fingerprint when tls is null =>
                new TlsVerdict(454, "TLS is required"),
            TlsLevel.Verify when !tls!.IsVerified =>
                new TlsVerdict(454, $"server certificate not verified: {tls.Problem}"),
            TlsLevel.Fingerprint when !policy.Fingerprints.Contains(tls!.Certificate?.Fingerprint ?? string.Empty) =>
                new TlsVerdict(454, "server certificate has none of the fingerprints that are expected"),
            _ => null,
        };
        if (verdict is not null)
        {
            return verdict;
        }

        LookupResult result = Find(snapshot, AccessTag.TlsSrv, host, address, out AccessHit hit);
        return Judge(snapshot, result, hit, tls, verification, host);
    }

    /// <summary>The certificate is verified, or it is one of those that the host's policy names.</summary>
    public static bool IsAuthenticated(RoutingSnapshot snapshot, string host, IPAddress? address, TlsInfo tls)
    {
        TlsHostPolicy policy = PolicyOf(snapshot, host, address);
        return policy.Level == TlsLevel.Fingerprint
            ? policy.Fingerprints.Contains(tls.Certificate?.Fingerprint ?? string.Empty)
            : tls.IsVerified;
    }

    /// <summary>Some recipients may ask for more than their host.</summary>
    public static bool HasRecipientRules(RoutingSnapshot snapshot) => snapshot.Access.Has(AccessTag.TlsRcpt);

    /// <summary><c>TLS_Rcpt:</c> by address, by user, by domain, by default. Null: good enough.</summary>
    public static TlsVerdict? CheckRecipient(
        RoutingSnapshot snapshot,
        ReadOnlySpan<byte> recipient,
        string host,
        TlsInfo? tls,
        TlsVerification verification)
    {
        if (!snapshot.Access.Has(AccessTag.TlsRcpt))
        {
            return null;
        }

        Span<byte> scratch = stackalloc byte[AddressParts.ScratchLength];
        AddressParts parts = AddressParts.Of(snapshot, recipient, scratch);
        LookupResult result = snapshot.Access.FindMailbox(
            AccessTag.TlsRcpt, parts.LocalPart, parts.Domain, userKey: true, out AccessHit hit);
        if (result == LookupResult.NotFound)
        {
            result = snapshot.Access.FindExact(AccessTag.TlsRcpt, default, out hit);
        }

        return Judge(snapshot, result, hit, tls, verification, host);
    }

    /// <summary><c>TLS_Clt:</c> by name, by address, by default. Null: good enough.</summary>
    public static TlsVerdict? CheckClient(RoutingSnapshot snapshot, ClientFacts client, DecisionTrace? trace)
    {
        if (client.Address is null || !snapshot.Access.Has(AccessTag.TlsClt))
        {
            return null;
        }

        LookupResult result = snapshot.Access.FindClient(
            AccessTag.TlsClt, client.NameKey, client.Address, out AccessHit hit);
        trace?.AddLookup("access TLS_Clt:", client.NameKey, result, hit.Entry);
        return Judge(snapshot, result, hit, client.Tls, client.Tls?.Verification ?? TlsVerification.None, client.Name);
    }

    /// <summary>
    /// RelayTLS: a verified certificate relays if its issuer is in access with RELAY, or with SUBJECT and its subject
    /// with RELAY.
    /// </summary>
    public static bool MayRelay(RoutingSnapshot snapshot, ClientFacts client, DecisionTrace? trace)
    {
        if (client.Tls is not { IsVerified: true, Certificate: { } certificate })
        {
            return false;
        }

        byte[] issuer = Encoding.UTF8.GetBytes(certificate.Issuer);
        LookupResult result = snapshot.Access.FindExact(AccessTag.CertIssuer, issuer, out AccessHit hit);
        trace?.AddLookup("access CERTISSUER:", issuer, result, hit.Entry);
        if (result != LookupResult.Found || hit.Value.Kind != AccessValueKind.Subject)
        {
            return result == LookupResult.Found && hit.Value.Kind == AccessValueKind.Relay;
        }

        byte[] subject = Encoding.UTF8.GetBytes(certificate.Subject);
        result = snapshot.Access.FindExact(AccessTag.CertSubject, subject, out hit);
        trace?.AddLookup("access CERTSUBJECT:", subject, result, hit.Entry);
        return result == LookupResult.Found && hit.Value.Kind == AccessValueKind.Relay;
    }

    /// <summary>The letters of <c>Srv_Features:</c> for a client; empty without an entry.</summary>
    public static string ServerFeatures(RoutingSnapshot snapshot, ClientFacts client, DecisionTrace? trace)
    {
        if (client.Address is null || !snapshot.Access.Has(AccessTag.SrvFeatures))
        {
            return string.Empty;
        }

        LookupResult result = snapshot.Access.FindClient(
            AccessTag.SrvFeatures, client.NameKey, client.Address, out AccessHit hit);
        trace?.AddLookup("access Srv_Features:", client.NameKey, result, hit.Entry);
        return result == LookupResult.Found ? Encoding.UTF8.GetString(hit.Value.Text.Span) : string.Empty;
    }

    private static int RankOf(TlsHostPolicy policy) => policy.Host[0] == '.' ? policy.Host.Length : 1000;

    private static LookupResult Find(
        RoutingSnapshot snapshot, AccessTag tag, string host, IPAddress? address, out AccessHit hit)
    {
        hit = default;
        return !snapshot.Access.Has(tag) || address is null
            ? LookupResult.NotFound
            : snapshot.Access.FindClient(
                tag,
                IPAddress.TryParse(host, out _) ? default : Encoding.UTF8.GetBytes(host),
                address,
                out hit);
    }

    private static TlsVerdict? Judge(
        RoutingSnapshot snapshot,
        LookupResult result,
        in AccessHit hit,
        TlsInfo? tls,
        TlsVerification verification,
        string peer)
    {
        if (result == LookupResult.TemporaryFailure)
        {
            return new TlsVerdict(451, TableFailure);
        }

        return result == LookupResult.Found
            && TlsRequirement.TryParse(hit.Value.Text.Span, out TlsRequirement? requirement) && requirement is not null
            ? TlsConnection.Check(snapshot, requirement, tls, verification, peer)
            : null;
    }
}
