namespace Relay.Server.Policies;

/// <summary>A recipient that takes the place of the one that the client gave.</summary>
/// <param name="ForwardPath">Its final mailbox without brackets.</param>
/// <param name="ReversePath">
/// Its own reverse-path, such as a list's owner, empty for the null one; null for the message's. A recipient with its
/// own does not inherit the sender's NOTIFY (RFC 3461 §5.2.7.3: a mailing list sends a message of its own).
/// </param>
public readonly record struct ReplacementRecipient(ReadOnlyMemory<byte> ForwardPath, byte[]? ReversePath = null);
