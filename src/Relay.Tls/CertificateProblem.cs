using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Relay.Tls;

/// <summary>Why a certificate was not accepted, in OpenSSL's words where it has some.</summary>
internal static class CertificateProblem
{
    public static string Of(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if ((errors & SslPolicyErrors.RemoteCertificateChainErrors) == 0)
        {
            return "the certificate is for another name";
        }

        X509ChainStatusFlags status = X509ChainStatusFlags.NoError;
        foreach (X509ChainStatus found in chain?.ChainStatus ?? [])
        {
            status |= found.Status;
        }

        // Not the clock's but the chain's word: it knows at what time it was built.
        return Has(X509ChainStatusFlags.NotTimeValid) ? "the certificate has expired or is not yet valid"
            : Has(X509ChainStatusFlags.UntrustedRoot) && IsSelfIssued(certificate) ? "self-signed certificate"
            : Has(X509ChainStatusFlags.UntrustedRoot) ? "self-signed certificate in certificate chain"
            : Has(X509ChainStatusFlags.PartialChain) ? "unable to get local issuer certificate"
            : Has(X509ChainStatusFlags.NotSignatureValid) ? "certificate signature failure"
            : Has(X509ChainStatusFlags.NotValidForUsage) ? "unsuitable certificate purpose"
            : $"the certificate is not valid ({status})";

        bool Has(X509ChainStatusFlags flag) => (status & flag) != 0;
    }

    private static bool IsSelfIssued(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
}
