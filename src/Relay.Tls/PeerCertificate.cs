using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Relay.Tls;

/// <summary>What is kept of a peer's certificate. Immutable.</summary>
public sealed class PeerCertificate
{
    public PeerCertificate(X509Certificate2 certificate)
    {
        Subject = DistinguishedName.Write(certificate.SubjectName);
        Issuer = DistinguishedName.Write(certificate.IssuerName);
        CommonName = DistinguishedName.CommonName(certificate.SubjectName);
        IssuerCommonName = DistinguishedName.CommonName(certificate.IssuerName);
        Fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        NotAfter = certificate.NotAfter;
    }

    /// <summary><c>/C=US/O=Example/CN=mail.example.org</c>, encoded as Sendmail's <c>${cert_subject}</c>.</summary>
    public string Subject { get; }

    /// <summary>Sendmail: <c>${cert_issuer}</c>.</summary>
    public string Issuer { get; }

    /// <summary>Encoded likewise; empty if there is none. Sendmail: <c>${cn_subject}</c>.</summary>
    public string CommonName { get; }

    /// <summary>Sendmail: <c>${cn_issuer}</c>.</summary>
    public string IssuerCommonName { get; }

    /// <summary>SHA-256 over the whole certificate: 64 hexadecimal digits in upper case.</summary>
    public string Fingerprint { get; }

    public DateTimeOffset NotAfter { get; }
}
