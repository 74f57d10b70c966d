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
        Names = HostNames.Of(certificate);
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

    /// <summary>The host names that it is for: those of its extension, else its common name.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>It is for the host name, or has it as its common name, encoded.</summary>
    public bool Covers(string name) =>
        string.Equals(CommonName, name, StringComparison.OrdinalIgnoreCase) || HostNames.Cover(Names, name);
}
