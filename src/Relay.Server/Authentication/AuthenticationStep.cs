namespace Relay.Server.Authentication;

/// <summary>What comes of a step of an exchange.</summary>
/// <param name="Result">The kind.</param>
/// <param name="Challenge">With <see cref="AuthenticationResult.Challenge"/>: what goes out, not encoded.</param>
/// <param name="Identity">With <see cref="AuthenticationResult.Accepted"/>: who the client is.</param>
/// <param name="MayRelay">The same: the mechanism is trusted for relaying. Sendmail: TRUST_AUTH_MECH.</param>
/// <param name="Reason">For the log, without secrets; null for what the result says already.</param>
public readonly record struct AuthenticationStep(
    AuthenticationResult Result,
    ReadOnlyMemory<byte> Challenge = default,
    string? Identity = null,
    string? Reason = null,
    bool MayRelay = false);
