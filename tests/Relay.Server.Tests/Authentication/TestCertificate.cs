using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Relay.Tls;

namespace Relay.Server.Tests.Authentication;

/// <summary>Certificates by common name, as a verified peer has presented them.</summary>
internal static class TestCertificate
{
    public static PeerCertificate Of(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(
            DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return new PeerCertificate(certificate);
    }
}
