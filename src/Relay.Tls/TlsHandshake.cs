using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Relay.Tls;

/// <summary>
/// One handshake: hears what the runtime found about the peer's certificate and lets the rules decide.
/// </summary>
internal sealed class TlsHandshake(bool asked)
{
    private bool _judged;
    private string _problem = string.Empty;
    private bool _isChainTrusted;
    private PeerCertificate? _peer;

    public string ServerName { get; set; } = string.Empty;

    /// <summary>A <see cref="RemoteCertificateValidationCallback"/>: never ends the handshake.</summary>
    public bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        _judged = true;
        if (certificate is X509Certificate2 peer)
        {
            _peer = new PeerCertificate(peer);
            _isChainTrusted = (errors & SslPolicyErrors.RemoteCertificateChainErrors) == 0;
            _problem = errors == SslPolicyErrors.None ? string.Empty : CertificateProblem.Of(peer, chain, errors);
        }

        return true;
    }

    /// <summary>What is known now that the handshake is over.</summary>
    public TlsInfo Finish(SslStream stream)
    {
        TlsVerification verification = !asked ? TlsVerification.Not
            : _peer is null ? TlsVerification.No
            : _judged && _problem.Length == 0 ? TlsVerification.Ok
            : TlsVerification.Fail;
        return new TlsInfo
        {
            Version = TlsProtocols.Name(stream.SslProtocol),
            Cipher = CipherName.Of(stream.NegotiatedCipherSuite),
            Bits = CipherName.Bits(stream.NegotiatedCipherSuite),
            Verification = verification,
            Certificate = _peer,
            IsChainTrusted = _isChainTrusted,
            Problem = _problem,
            ServerName = ServerName,
        };
    }
}
