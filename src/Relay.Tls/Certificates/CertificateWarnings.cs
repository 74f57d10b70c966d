using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Relay.Tls.Certificates;

/// <summary>What an administrator should know of certificates that can be used all the same.</summary>
internal static class CertificateWarnings
{
    private const int RsaBitsMin = 2048;
    private const int EcdsaBitsMin = 256;

    /// <summary>Authorities give certificates for 90 days or less and renew a third before the end.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromDays(21);

    public static IReadOnlyList<string> Of(
        IReadOnlyList<LoadedCertificate> certificates, string? hostName, DateTimeOffset now)
    {
        var warnings = new List<string>();
        foreach (LoadedCertificate certificate in certificates)
        {
            string file = certificate.Files.Certificate;
            DateTimeOffset begin = certificate.Certificate.NotBefore;
            DateTimeOffset end = certificate.Certificate.NotAfter;
            if (end <= now)
            {
                warnings.Add($"{file}: the certificate has expired on {Day(end)}");
            }
            else if (begin > now)
            {
                warnings.Add($"{file}: the certificate is valid from {Day(begin)} on only");
            }
            else if (end - now < Soon)
            {
                warnings.Add($"{file}: the certificate expires on {Day(end)}, in {(int)(end - now).TotalDays} days");
            }

            warnings.AddRange(Weaknesses(certificate.Certificate).Select(weakness => $"{file}: {weakness}"));
        }

        if (hostName is not null && certificates.Count > 0 && !certificates.Any(c => c.Covers(hostName)))
        {
            warnings.Add(
                $"{certificates[0].Files.Certificate}: no certificate is for {hostName}, which is this host's name "
                + $"(they are for {string.Join(", ", certificates.SelectMany(static c => c.Names))})");
        }

        return warnings;
    }

    /// <summary>What NIST SP 800-57 gave up, and what clients refuse.</summary>
    private static IEnumerable<string> Weaknesses(X509Certificate2 certificate)
    {
        using RSA? rsa = certificate.GetRSAPublicKey();
        using ECDsa? ecdsa = certificate.GetECDsaPublicKey();
        if (rsa is { KeySize: < RsaBitsMin })
        {
            yield return $"the RSA key has {rsa.KeySize} bits; peers want {RsaBitsMin} or more";
        }

        if (ecdsa is { KeySize: < EcdsaBitsMin })
        {
            yield return $"the ECDSA key has {ecdsa.KeySize} bits; peers want {EcdsaBitsMin} or more";
        }

        string algorithm = certificate.SignatureAlgorithm.FriendlyName ?? string.Empty;
        bool isRoot = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
        if (!isRoot && (algorithm.Contains("md5", StringComparison.OrdinalIgnoreCase)
            || algorithm.Contains("sha1", StringComparison.OrdinalIgnoreCase)))
        {
            yield return $"the certificate is signed with {algorithm}, which peers do not accept";
        }

        if (isRoot)
        {
            yield return "the certificate is self-signed: peers that verify do not accept it";
        }
    }

    private static string Day(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
