using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Relay.Tls.Certificates;

/// <summary>A certificate with its key and its chain, ready to be presented. Immutable.</summary>
internal sealed class LoadedCertificate
{
    /// <param name="files">Where it came from.</param>
    /// <param name="certificate">With its key.</param>
    /// <param name="chain">What may be sent behind it.</param>
    public LoadedCertificate(
        CertificateFiles files, X509Certificate2 certificate, X509Certificate2Collection chain)
    {
        Files = files;
        Certificate = certificate;
        Chain = chain;
        Names = NamesOf(certificate);
        Context = MakeContext(trust: null);
    }

    public CertificateFiles Files { get; }

    public X509Certificate2 Certificate { get; }

    public X509Certificate2Collection Chain { get; }

    /// <summary>The host names that it is for; <c>*.example.org</c> is any one label before that.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>For peers that are not asked for a certificate.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>For a server that asks for certificates of these authorities.</summary>
    public SslStreamCertificateContext MakeContext(SslCertificateTrust? trust) =>
        SslStreamCertificateContext.Create(Certificate, Chain, offline: true, trust);

    /// <summary>True if it is for the host name.</summary>
    public bool Covers(string name)
    {
        foreach (string own in Names)
        {
            bool matches = own.StartsWith("*.", StringComparison.Ordinal)
                ? name.IndexOf('.', StringComparison.Ordinal) is var dot and > 0
                    && name.AsSpan(dot).Equals(own.AsSpan(1), StringComparison.OrdinalIgnoreCase)
                : string.Equals(name, own, StringComparison.OrdinalIgnoreCase);
            if (matches)
            {
                return true;
            }
        }

        return false;
    }

    private static string[] NamesOf(X509Certificate2 certificate)
    {
        string[] names =
        [
            .. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(static extension => extension.EnumerateDnsNames()),
        ];
        return names.Length > 0 || DistinguishedName.CommonName(certificate.SubjectName) is not { Length: > 0 } name
            ? names
            : [name];
    }
}
