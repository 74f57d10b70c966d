using Relay.Delivery.Tls;
using Relay.Tls;

namespace Relay.Delivery.Tests.Tls;

/// <summary>A policy that says what the test wants, and remembers whom it was asked about.</summary>
internal sealed class TestTlsPolicy : ITlsPolicy
{
    public TlsUse Use { get; set; } = TlsUse.May;

    /// <summary>Asks for a verified certificate.</summary>
    public bool Verifies { get; set; }

    /// <summary>Knows the certificate, whoever made it.</summary>
    public bool KnowsFingerprint { get; set; }

    public bool Implicit { get; init; }

    /// <summary>What is said of a connection in clear; null: nothing.</summary>
    public TlsRefusal? OfClear { get; set; }

    /// <summary>A recipient that may not go in clear.</summary>
    public string? PrivateRecipient { get; init; }

    public object Version { get; set; } = new();

    public TlsPeer LastPeer { get; private set; }

    public TlsVerification LastVerification { get; private set; }

    public bool HasRecipientRules => PrivateRecipient is not null;

    public bool IsImplicit(in TlsPeer peer) => Implicit;

    public bool IsAuthenticated(in TlsPeer peer, TlsInfo tls) => tls.IsVerified || KnowsFingerprint;

    public TlsUse UseWith(in TlsPeer peer) => Use;

    public TlsRefusal? CheckServer(in TlsPeer peer, TlsInfo? tls, TlsVerification verification)
    {
        LastPeer = peer;
        LastVerification = verification;
        return tls is null ? OfClear
            : Verifies && !tls.IsVerified ? new TlsRefusal(454, $"not verified: {tls.Problem}")
            : null;
    }

    public TlsRefusal? CheckRecipient(
        in TlsPeer peer, ReadOnlySpan<byte> recipient, TlsInfo? tls, TlsVerification verification) =>
        tls is null && System.Text.Encoding.UTF8.GetString(recipient) == PrivateRecipient
            ? new TlsRefusal(503, "encryption too weak 0 less than 112")
            : null;
}
