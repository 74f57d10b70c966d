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
        Names = HostNames.Of(certificate);
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
    public bool Covers(string name) => HostNames.Cover(Names, name);
}
