using System.Globalization;
using System.Net.Security;
using System.Text;

namespace Relay.Tls;

/// <summary>What is known of a connection on which TLS is active. Immutable.</summary>
public sealed class TlsInfo
{
    /// <summary>Sendmail: <c>${tls_version}</c>, e.g. <c>TLSv1.3</c>.</summary>
    public required string Version { get; init; }

    /// <summary>OpenSSL's name of the cipher suite. Sendmail: <c>${cipher}</c>.</summary>
    public required string Cipher { get; init; }

    /// <summary>The key's length. Sendmail: <c>${cipher_bits}</c> and <c>${alg_bits}</c>.</summary>
    public required int Bits { get; init; }

    /// <summary>Sendmail: <c>${verify}</c>.</summary>
    public required TlsVerification Verification { get; init; }

    /// <summary>Null if the peer presented none.</summary>
    public PeerCertificate? Certificate { get; init; }

    /// <summary>
    /// The certificate is valid and from an authority that is trusted, whatever name is in it. Less than
    /// <see cref="IsVerified"/> where a name was expected.
    /// </summary>
    public bool IsChainTrusted { get; init; }

    /// <summary>Why <see cref="Verification"/> is Fail, in words; empty otherwise.</summary>
    public string Problem { get; init; } = string.Empty;

    /// <summary>The name that the client asked for by SNI; empty if it did not.</summary>
    public string ServerName { get; init; } = string.Empty;

    /// <summary>
    /// What a proxy tells of TLS that it has ended in our place. Null if that does not count as TLS: an older version
    /// than 1.2, or one that is none.
    /// </summary>
    /// <param name="version">E.g. <c>TLSv1.3</c>.</param>
    /// <param name="cipher">The suite by either name; what is none has no strength.</param>
    public static TlsInfo? Told(string version, string cipher)
    {
        if (version is not ("TLSv1.2" or "TLSv1.3"))
        {
            return null;
        }

        bool isKnown = CipherName.TryParse(cipher, out TlsCipherSuite suite);
        return new TlsInfo
        {
            Version = version,
            Cipher = isKnown ? CipherName.Of(suite) : "unknown",
            Bits = isKnown ? CipherName.Bits(suite) : 0,
            Verification = TlsVerification.Not,
        };
    }

    public bool IsVerified => Verification == TlsVerification.Ok;

    /// <summary>
    /// <c>(version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 verify=NO)</c>: Sendmail's comment in the Received
    /// field.
    /// </summary>
    public byte[] ReceivedComment => field ??= Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"(version={Version} cipher={Cipher} bits={Bits} verify={Verification.Text()})"));

    /// <summary>
    /// <c>version=TLSv1.3, verify=NO, cipher=TLS_AES_256_GCM_SHA384, bits=256/256</c>: the end of Sendmail's log line.
    /// </summary>
    public string LogText => string.Create(
        CultureInfo.InvariantCulture,
        $"version={Version}, verify={Verification.Text()}, cipher={Cipher}, bits={Bits}/{Bits}");
}
