using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Relay.Tls.Certificates;

/// <summary>The certificates and the authorities that are in force together. Immutable.</summary>
internal sealed class CertificateSet
{
    private readonly LoadedCertificate[] _certificates;
    private readonly SslStreamCertificateContext[] _contexts;

    /// <param name="certificates">
    /// In the order of the configuration: the first one is for peers that name no host.
    /// </param>
    /// <param name="authorities">Whom we trust; null for the system's.</param>
    /// <param name="asksPeers">Peers are asked for certificates, and told the authorities.</param>
    public CertificateSet(
        IReadOnlyList<LoadedCertificate> certificates, X509Certificate2Collection? authorities, bool asksPeers)
    {
        _certificates = [.. certificates];
        Authorities = authorities;
        SslCertificateTrust? trust = asksPeers && authorities is not null
            ? SslCertificateTrust.CreateForX509Collection(authorities, sendTrustInHandshake: true)
            : null;
        _contexts = [.. certificates.Select(c => trust is null ? c.Context : c.MakeContext(trust))];
    }

    public bool IsEmpty => _certificates.Length == 0;

    public IReadOnlyList<LoadedCertificate> Certificates => _certificates;

    public X509Certificate2Collection? Authorities { get; }

    /// <summary>The first certificate for the name, else the first of all.</summary>
    public SslStreamCertificateContext Find(string serverName)
    {
        for (int i = 0; serverName.Length > 0 && i < _certificates.Length; i++)
        {
            if (_certificates[i].Covers(serverName))
            {
                return _contexts[i];
            }
        }

        return _contexts[0];
    }

    /// <summary>How certificates of peers are judged. One for each handshake: the runtime may change it.</summary>
    public X509ChainPolicy MakePolicy()
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true, // a peer's certificate must not make us fetch what it names
        };
        if (Authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(Authorities);
        }

        return policy;
    }
}
