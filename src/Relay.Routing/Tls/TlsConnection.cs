using System.Globalization;
using System.Text;
using Relay.Tables;
using Relay.Tables.Access;
using Relay.Tls;

namespace Relay.Routing.Tls;

/// <summary>
/// Sendmail's rulesets TLS_connection and TLS_req: does a connection have what an access entry asks for?
/// </summary>
internal static class TlsConnection
{
    /// <param name="snapshot">The rules.</param>
    /// <param name="requirement">What is asked.</param>
    /// <param name="tls">Null in clear.</param>
    /// <param name="verification">Sendmail: <c>${verify}</c>.</param>
    /// <param name="peer">The other side's name. Sendmail: <c>${TLS_Name}</c>.</param>
    /// <returns>Null if it has.</returns>
    public static TlsVerdict? Check(
        RoutingSnapshot snapshot,
        TlsRequirement requirement,
        TlsInfo? tls,
        TlsVerification verification,
        string peer)
    {
        if (requirement.NeedsVerification && !IsVerified(requirement, tls))
        {
            return Refuse(verification switch
            {
                TlsVerification.Fail => "authentication failed",
                TlsVerification.No => "not authenticated",
                TlsVerification.Not => "no authentication requested",
                TlsVerification.None => "other side does not support STARTTLS",
                TlsVerification.Clear => "STARTTLS disabled locally",
                TlsVerification.Software => "TLS handshake failed.",
                TlsVerification.Protocol => "STARTTLS failed.",
                _ => $"authentication failure {verification.Text()}",
            });
        }

        int bits = tls?.Bits ?? 0;
        if (bits < requirement.Bits)
        {
            return Refuse(string.Create(
                CultureInfo.InvariantCulture, $"encryption too weak {bits} less than {requirement.Bits}"));
        }

        PeerCertificate? certificate = tls?.Certificate;
        if (requirement.CommonName is { } wanted
            && certificate?.Covers(wanted.Length > 0 ? wanted : peer) is not true)
        {
            return Refuse($"CN {certificate?.CommonName} does not match {(wanted.Length > 0 ? wanted : peer)}");
        }

        if (requirement.Subject is { } subject && !Same(certificate?.Subject, subject))
        {
            return Refuse($"Cert Subject {certificate?.Subject} does not match {subject}");
        }

        if (requirement.Issuer is { } issuer && !Same(certificate?.Issuer, issuer))
        {
            return Refuse($"Cert Issuer {certificate?.Issuer} does not match {issuer}");
        }

        return requirement.IssuerTag is { } tag && !IsListed(snapshot, tag, certificate)
            ? Refuse($"Cert Issuer {certificate?.Issuer} not acceptable")
            : null;

        TlsVerdict Refuse(string text) => new(requirement.Code, text);
    }

    /// <summary>Where the entry gives a name, that one counts and not the host's.</summary>
    private static bool IsVerified(TlsRequirement requirement, TlsInfo? tls) =>
        tls is not null && (tls.IsVerified || (requirement.CommonName is not null && tls.IsChainTrusted));

    private static bool IsListed(RoutingSnapshot snapshot, string tag, PeerCertificate? certificate) =>
        certificate is not null
        && snapshot.Access.FindExact(
            AccessTag.None, Encoding.UTF8.GetBytes($"{tag}:{certificate.Issuer}"), out AccessHit hit)
            == LookupResult.Found
        && hit.Value.Kind == AccessValueKind.Ok;

    private static bool Same(string? found, string wanted) =>
        string.Equals(found, wanted, StringComparison.OrdinalIgnoreCase);
}
