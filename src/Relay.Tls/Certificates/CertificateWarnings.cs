using System.Globalization;

namespace Relay.Tls.Certificates;

/// <summary>What an administrator should know of certificates that can be used all the same.</summary>
internal static class CertificateWarnings
{
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
        }

        if (hostName is not null && certificates.Count > 0 && !certificates.Any(c => c.Covers(hostName)))
        {
            warnings.Add(
                $"{certificates[0].Files.Certificate}: no certificate is for {hostName}, which is this host's name "
                + $"(they are for {string.Join(", ", certificates.SelectMany(static c => c.Names))})");
        }

        return warnings;
    }

    private static string Day(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
