namespace Relay.Server.Policies;

/// <summary>
/// Decides about a connection before the greeting: names the client (reverse DNS), then access control, block lists
/// and limits, in Sendmail's order (check_relay). One of the seams for access control. Thread-safe.
/// </summary>
public interface IConnectionPolicy
{
    /// <summary>Called once per connection; nothing is read or written until it completes.</summary>
    /// <param name="client">
    /// Its <see cref="ClientIdentity.HostName"/>, <see cref="ClientIdentity.PtrName"/> and
    /// <see cref="ClientIdentity.Resolution"/> are this policy's to set; what is set afterwards nobody prints.
    /// </param>
    /// <param name="cancellation">The connection was closed.</param>
    ValueTask<ConnectionDecision> OnConnectAsync(ClientIdentity client, CancellationToken cancellation);

    /// <summary>
    /// TLS is active: <see cref="ClientIdentity.Tls"/> says how, and with what certificate (Sendmail: tls_client).
    /// </summary>
    /// <returns>
    /// The answer to every command that moves mail, one line without CRLF; null if the session may go on.
    /// </returns>
    byte[]? OnTls(ClientIdentity client) => null;
}
