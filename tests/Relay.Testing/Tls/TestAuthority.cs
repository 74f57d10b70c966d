using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Relay.Testing.Tls;

/// <summary>
/// A certificate authority of a test's own, made anew for each; all keys are elliptic unless asked for.
/// </summary>
public sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestAuthority(string name = "Relay Test Authority")
    {
        var request = new CertificateRequest(Name($"O=Relay, CN={name}"), _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Certificate = request.CreateSelfSigned(Now.AddYears(-5), Now.AddYears(5));
    }

    /// <summary>The root.</summary>
    public X509Certificate2 Certificate { get; }

    /// <param name="name">The name.</param>
    /// <param name="rsaBits">The length of an RSA key; 0 for an elliptic one.</param>
    public static X509Certificate2 SelfSigned(string name, int rsaBits = 0)
    {
        using RSA? rsa = rsaBits > 0 ? RSA.Create(rsaBits) : null;
        using ECDsa? ecdsa = rsaBits > 0 ? null : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Request(ecdsa, rsa, name).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(90));
    }

    /// <summary>A certificate for a host name, or for a client of that name.</summary>
    /// <param name="name">The first name: CN and subject alternative name. An address becomes an address.</param>
    /// <param name="begin">Before which it is not valid; yesterday if null.</param>
    /// <param name="end">After which it is not valid; in 90 days if null.</param>
    /// <param name="rsa">With an RSA key.</param>
    /// <param name="others">More names.</param>
    public X509Certificate2 Issue(
        string name, DateTimeOffset? begin = null, DateTimeOffset? end = null, bool rsa = false, params string[] others)
    {
        using RSA? rsaKey = rsa ? RSA.Create(2048) : null;
        using ECDsa? ecdsaKey = rsa ? null : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request(ecdsaKey, rsaKey, [name, .. others]);
        var generator = X509SignatureGenerator.CreateForECDsa(_key);
        using X509Certificate2 certificate = request.Create(
            Certificate.SubjectName,
            generator,
            begin ?? Now.AddDays(-1),
            end ?? Now.AddDays(90),
            RandomNumberGenerator.GetBytes(16));
        return rsaKey is not null ? certificate.CopyWithPrivateKey(rsaKey) : certificate.CopyWithPrivateKey(ecdsaKey!);
    }

    /// <summary>Writes the root's certificate.</summary>
    public string WriteTo(string path)
    {
        File.WriteAllText(path, Certificate.ExportCertificatePem());
        return path;
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }

    /// <summary>In the order given, as authorities write it.</summary>
    private static X500DistinguishedName Name(string text) => new(text, X500DistinguishedNameFlags.None);

    private static CertificateRequest Request(ECDsa? ecdsa, RSA? rsa, params string[] names)
    {
        X500DistinguishedName subject = Name($"C=DE, O=Relay, CN={names[0]}");
        CertificateRequest request = rsa is not null
            ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, ecdsa!, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (string name in names)
        {
            if (IPAddress.TryParse(name, out IPAddress? address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, false));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        return request;
    }
}
