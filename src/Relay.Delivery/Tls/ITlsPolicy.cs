using Relay.Tls;

namespace Relay.Delivery.Tls;

/// <summary>What is asked of connections with which host. Answers at once. Thread-safe.</summary>
public interface ITlsPolicy
{
    /// <summary>
    /// The rules in force, as an object that another one takes the place of as soon as they change. Connections that
    /// were opened before carry no further message.
    /// </summary>
    object Version { get; }

    /// <summary>Some recipients may ask for more than their host.</summary>
    bool HasRecipientRules { get; }

    /// <summary>TLS comes before the greeting: port 465, submissions (RFC 8314 §3.3).</summary>
    bool IsImplicit(in TlsPeer peer) => peer.Port == 465;

    /// <summary>Whether TLS is begun (Sendmail: try_tls, and what the options say of the host).</summary>
    TlsUse UseWith(in TlsPeer peer);

    /// <summary>
    /// Is the connection good enough for the host (Sendmail: tls_server)? Asked before any mail is sent.
    /// </summary>
    /// <param name="peer">The host.</param>
    /// <param name="tls">Null in clear.</param>
    /// <param name="verification">Sendmail: <c>${verify}</c>; without TLS, why there is none.</param>
    /// <returns>Null if it is.</returns>
    TlsRefusal? CheckServer(in TlsPeer peer, TlsInfo? tls, TlsVerification verification);

    /// <summary>
    /// Is the host surely the one that was meant: by its verified certificate, or one whose fingerprint is known? Only
    /// then it is shown a password. Asked behind <see cref="CheckServer"/>.
    /// </summary>
    bool IsAuthenticated(in TlsPeer peer, TlsInfo tls) => tls.IsVerified;

    /// <summary>Is it good enough for the recipient (Sendmail: tls_rcpt)?</summary>
    /// <param name="peer">The host.</param>
    /// <param name="recipient">The mailbox without brackets.</param>
    /// <param name="tls">Null in clear.</param>
    /// <param name="verification">As above.</param>
    TlsRefusal? CheckRecipient(
        in TlsPeer peer, ReadOnlySpan<byte> recipient, TlsInfo? tls, TlsVerification verification);
}
