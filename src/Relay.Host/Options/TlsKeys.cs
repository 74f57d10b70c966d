using Relay.Routing.Options;
using Relay.Tls;

namespace Relay.Host.Options;

/// <summary>Options about TLS: with clients (<c>tls.*</c>) and with next hops (<c>delivery.tls.*</c>).</summary>
internal static class TlsKeys
{
    private const string SuitesNote = "With any, sessions are not resumed.";

    public static readonly OptionKey<CertificatesSetting> Certificates = new(
        "tls.certificates", TlsFormats.Certificates, CertificatesSetting.None,
        "Certificates for clients (Sendmail's `ServerCertFile` and `ServerKeyFile`): PEM files, RSA or ECDSA, the chain "
        + "behind the certificate. Of several the first one for the name that the client asks for is shown, else the "
        + "first. A changed file is taken up within seconds; what is wrong with it goes to the log, and the certificate "
        + "before it stays. Keys are for their owner alone to read (0600). With a certificate STARTTLS is offered on "
        + "every listener without the modifier `S`.");

    public static readonly OptionKey<bool> GroupReadableKeys = new(
        "tls.groupReadableKeys", OptionFormats.Flag, false,
        "The group of a key's file may read it (Sendmail's `GroupReadableKeyFile`), as Debian has it in "
        + "/etc/ssl/private.");

    public static readonly OptionKey<TlsMinimumVersion> MinimumVersion = new(
        "tls.minimumVersion", OptionFormats.Choice<TlsMinimumVersion>(), TlsMinimumVersion.Tls12,
        "The oldest version that clients may speak. There is none older than 1.2 (RFC 8996).");

    public static readonly OptionKey<CipherSuitesSetting> CipherSuites = new(
        "tls.cipherSuites", TlsFormats.CipherSuites, CipherSuitesSetting.None,
        "Cipher suites with clients (Sendmail's `CipherList`). " + SuitesNote);

    public static readonly OptionKey<bool> Resumption = new(
        "tls.resumption", OptionFormats.Flag, true,
        "Clients may resume sessions by tickets, which makes their next handshake cheap.");

    public static readonly OptionKey<bool> AskForCertificates = new(
        "tls.askForCertificates", OptionFormats.Flag, false,
        "Clients are asked for a certificate. None, or one that is not valid, is no obstacle by itself: what it permits, "
        + "`CERTISSUER:`, `CERTSUBJECT:` and `TLS_Clt:` in `access` say. `Srv_Features:` with `V` spares a client.");

    public static readonly OptionKey<string> Authorities = new(
        "tls.authorities", OptionFormats.OptionalPath, string.Empty,
        "PEM file of the authorities whose certificates of clients are valid (Sendmail's `CACertFile`); empty for the "
        + "system's.");

    public static readonly OptionKey<TlsLevel> DeliveryLevel = new(
        "delivery.tls.level", OptionFormats.Choice<TlsLevel>(), TlsLevel.May,
        "TLS with next hops: `none`; `may`, where it is offered, and in clear where it is not or the handshake fails; "
        + "`encrypt`, always, with whatever certificate; `verify`, always, with a certificate of a trusted authority for "
        + "the host's name. What fails is deferred. `Try_TLS:`, `TLS_Srv:` and `TLS_Rcpt:` in `access` come on top.");

    public static readonly OptionKey<TlsPoliciesSetting> DeliveryPolicies = new(
        "delivery.tls.policies", TlsFormats.Policies, TlsPoliciesSetting.None,
        "The same for single hosts, by the name or address connected to: of an MX route that is the MX host's. The most "
        + "specific one counts. `fingerprint` takes SHA-256 of whole certificates, whoever made them. Port 465 is TLS "
        + "from the first octet on.");

    public static readonly OptionKey<CertificatesSetting> DeliveryCertificate = new(
        "delivery.tls.certificate", TlsFormats.Certificate, CertificatesSetting.None,
        "Shown to next hops that ask for one (Sendmail's `ClientCertFile` and `ClientKeyFile`).");

    public static readonly OptionKey<string> DeliveryAuthorities = new(
        "delivery.tls.authorities", OptionFormats.OptionalPath, string.Empty,
        "PEM file of the authorities whose certificates of next hops are valid; empty for the system's.");

    public static readonly OptionKey<TlsMinimumVersion> DeliveryMinimumVersion = new(
        "delivery.tls.minimumVersion", OptionFormats.Choice<TlsMinimumVersion>(), TlsMinimumVersion.Tls12,
        "The oldest version spoken with next hops.");

    public static readonly OptionKey<CipherSuitesSetting> DeliveryCipherSuites = new(
        "delivery.tls.cipherSuites", TlsFormats.CipherSuites, CipherSuitesSetting.None,
        "Cipher suites with next hops. " + SuitesNote);

    public static readonly OptionKey<bool> DeliveryResumption = new(
        "delivery.tls.resumption", OptionFormats.Flag, true, "Sessions with the same next hop are resumed.");

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        Certificates, GroupReadableKeys, MinimumVersion, CipherSuites, Resumption, AskForCertificates, Authorities,
        DeliveryLevel, DeliveryPolicies, DeliveryCertificate, DeliveryAuthorities, DeliveryMinimumVersion,
        DeliveryCipherSuites, DeliveryResumption,
    ];
}
