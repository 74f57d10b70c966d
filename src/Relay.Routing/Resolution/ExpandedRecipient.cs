namespace Relay.Routing.Resolution;

/// <summary>A final recipient.</summary>
/// <param name="Address">Its mailbox without brackets.</param>
/// <param name="ReversePath">
/// The reverse-path of its own, a list's owner; null for the message's. Not to be used for the null reverse-path.
/// </param>
public sealed record ExpandedRecipient(byte[] Address, byte[]? ReversePath);
