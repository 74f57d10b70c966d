using Relay.Smtp;

namespace Relay.Server.Policies;

/// <summary>
/// Decides about each sender and recipient: relay permission and everything that the tables say. Decisions that need
/// no waiting complete synchronously and allocate nothing on acceptance. The memory passed in stays unchanged until
/// the returned task completes. Thread-safe.
/// </summary>
public interface IRecipientPolicy
{
    /// <summary>
    /// MAIL: the reverse-path's mailbox without brackets, empty for the null reverse-path. May lack a domain: who
    /// accepts that replaces it.
    /// </summary>
    ValueTask<MailDecision> OnMailAsync(ClientIdentity client, ReadOnlyMemory<byte> reversePath);

    /// <summary>
    /// RCPT: the forward-path's mailbox without brackets. May lack a domain, as <c>postmaster</c> does (RFC 5321
    /// §4.5.1).
    /// </summary>
    ValueTask<RcptDecision> OnRcptAsync(ClientIdentity client, Envelope envelope, ReadOnlyMemory<byte> forwardPath);
}
