using Relay.Sasl;

namespace Relay.Server.Authentication;

/// <summary>Everything about the authentication of clients that may be set; each default names its origin.</summary>
public sealed record AuthenticationOptions
{
    /// <summary>What is offered, as far as there are users that it serves. Sendmail: AuthMechanisms.</summary>
    public SaslMechanisms Mechanisms { get; init; } =
        SaslMechanisms.Plain | SaslMechanisms.Login | SaslMechanisms.ScramSha256 | SaslMechanisms.External;

    /// <summary>
    /// PLAIN and LOGIN without TLS, too. Sendmail offers them so unless AuthOptions has <c>p</c>; RFC 4954 §4 forbids
    /// it.
    /// </summary>
    public bool AllowPlaintext { get; init; }

    /// <summary>
    /// Who has authenticated by one of these may relay. Sendmail's TRUST_AUTH_MECH, which is empty by default; who adds
    /// users to a relay wants them to send.
    /// </summary>
    public SaslMechanisms Trusted { get; init; } = SaslMechanisms.All;

    /// <summary>Failures of an address (IPv6: its /64) within a minute, then 454 4.7.0; 0 is unlimited.</summary>
    public int FailuresPerAddressMax { get; init; } = 10;

    /// <summary>Failures with a user's name within a minute, then 454 4.7.0; 0 is unlimited.</summary>
    public int FailuresPerUserMax { get; init; } = 30;

    /// <summary>Passwords being checked at once; each takes a processor. 0 is half of the processors.</summary>
    public int ChecksMax { get; init; }

    /// <summary>
    /// A verified certificate says who somebody is: the authorities are the administrator's own. The system's give
    /// anybody a certificate, whose common name is anything. EXTERNAL is offered only then.
    /// </summary>
    public bool TrustsCertificates { get; init; }

    /// <summary>Dovecot's socket for mail servers, a second source of users; empty for none.</summary>
    public string DovecotSocket { get; init; } = string.Empty;
}
