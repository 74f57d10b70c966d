using Relay.Server.Policies;

namespace Relay.Server.Authentication;

/// <summary>Proves who a client is (RFC 4954). Thread-safe.</summary>
public interface IAuthenticator
{
    /// <summary>There is somebody who could authenticate, if perhaps not now and not by every mechanism.</summary>
    bool IsAvailable { get; }

    /// <summary>
    /// The mechanisms offered to a client as it is now (with or without TLS), with blanks between them; empty if AUTH
    /// is not offered. Not to be changed. Allocates nothing once each answer was given.
    /// </summary>
    ReadOnlyMemory<byte> Offer(ClientIdentity client);

    /// <summary>Begins an exchange.</summary>
    /// <param name="client">Who wants to be somebody.</param>
    /// <param name="mechanism">The mechanism's name, as it was given.</param>
    /// <param name="refusal">If null is returned: why there is no exchange.</param>
    IAuthenticationExchange? Begin(
        ClientIdentity client, ReadOnlySpan<byte> mechanism, out AuthenticationStep refusal);
}
