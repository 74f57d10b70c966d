using Relay.Smtp;

namespace Relay.Server.Policies;

/// <summary>
/// Decides about each sender and recipient: relay permission and everything that the tables say. Decisions that need
/// no waiting complete synchronously and allocate nothing on acceptance. The memory passed in stays unchanged until
/// the returned task completes.
/// </summary>
public interface IRecipientPolicy
{
    /// <summary>MAIL: the reverse-path's mailbox without brackets, empty for the null reverse-path.</summary>
    ValueTask<PolicyDecision> OnMailAsync(ClientIdentity client, ReadOnlyMemory<byte> reversePath);

    /// <summary>
    /// RCPT: the forward-path's mailbox without brackets; <c>postmaster</c> alone for <c>&lt;postmaster&gt;</c>.
    /// </summary>
    ValueTask<PolicyDecision> OnRcptAsync(ClientIdentity client, Envelope envelope, ReadOnlyMemory<byte> forwardPath);
}
