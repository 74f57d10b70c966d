using static Relay.Host.Import.SendmailOption;

namespace Relay.Host.Import;

/// <summary>Options about STARTTLS.</summary>
internal static class TlsOptions
{
    private const string NoLists = "Lists of revoked certificates are not asked.";
    private const string NoEngine = "The system's OpenSSL is used as it is.";
    private const string Versions =
        "What is older than TLS 1.2 is never spoken; `tls.minimumVersion` and `delivery.tls.minimumVersion` can ask for "
        + "1.3.";

    public static IReadOnlyList<SendmailOption> All { get; } =
    [
        new("ServerCertFile", "confSERVER_CERT", Own(
            "tls.certificates", TlsImport.ServerCertificate, "With its key on one line; two with two keys on two.")),
        new("ServerKeyFile", "confSERVER_KEY", Own("tls.certificates", TlsImport.ServerPrivateKey)),
        new("ClientCertFile", "confCLIENT_CERT", Own(
            "delivery.tls.certificate", TlsImport.ClientCertificate, "With its key.")),
        new("ClientKeyFile", "confCLIENT_KEY", Own("delivery.tls.certificate", TlsImport.ClientPrivateKey)),
        new("CACertFile", "confCACERT", To(
            ["tls.authorities", "delivery.tls.authorities"], SendmailValues.Text, "Without it the system's count.")),
        new("CACertPath", "confCACERT_PATH", AlwaysIf(
            "The system's authorities count; others belong into one file, `tls.authorities`.",
            "/etc/ssl/certs", "/etc/ssl/certs/", "/etc/pki/tls/certs")),
        new("TLSSrvOptions", "confTLS_SRV_OPTIONS", Own(
            "tls.askForCertificates", TlsImport.ServerOptions, "`V` is false; without it Sendmail asks.")),
        new("TLSFallbacktoClear", "confTLS_FALLBACK_TO_CLEAR", AlwaysIfTrue(
            "`delivery.tls.level` of `may` does so; `encrypt`, or `TLS_Srv:` in `access`, does not.")),
        new("CipherList", "confCIPHER_LIST", No(
            "Patterns are not read; name the suites in `tls.cipherSuites` and `delivery.tls.cipherSuites`.")),
        new("ServerSSLOptions", "confSERVER_SSL_OPTIONS", Always(Versions)),
        new("ClientSSLOptions", "confCLIENT_SSL_OPTIONS", Always(Versions)),
        new("CertFingerprintAlgorithm", "confCERT_FINGERPRINT_ALGORITHM",
            AlwaysIf("Fingerprints are of SHA-256.", "sha256")),
        new("DHParameters", "confDH_PARAMETERS", Always("Keys are agreed upon by elliptic curves.")),
        new("RandFile", "confRAND_FILE", Always("Random numbers are the system's.")),
        new("SSLEngine", "confSSL_ENGINE", No(NoEngine)),
        new("SSLEnginePath", "confSSL_ENGINE_PATH", No(NoEngine)),
        new("CRLFile", "confCRL", No(NoLists)),
        new("CRLPath", "confCRL_PATH", No(NoLists)),
        new("DANE", "confDANE", AlwaysIfFalse(
            "TLSA records are not asked; `verify` and `fingerprint` in `delivery.tls.policies` authenticate hosts.")),
    ];
}
