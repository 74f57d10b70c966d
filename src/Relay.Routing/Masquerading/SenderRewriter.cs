namespace Relay.Routing.Masquerading;

/// <summary>
/// The reverse-path as it enters the queue: domaintable, masquerade_envelope, a domain where it has none.
/// </summary>
public static class SenderRewriter
{
    /// <returns>The new mailbox; null if it stays as it is.</returns>
    public static byte[]? Rewrite(RoutingSnapshot snapshot, ReadOnlySpan<byte> reversePath) =>
        snapshot.Masquerade.RewriteEnvelopeSender(reversePath, trace: null);
}
