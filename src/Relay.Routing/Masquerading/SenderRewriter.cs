using Relay.Routing.Options;
using Relay.Smtp.Addressing;

namespace Relay.Routing.Masquerading;

/// <summary>
/// The reverse-path as it enters the queue: domaintable, masquerade_envelope, a domain where it has none.
/// </summary>
public static class SenderRewriter
{
    /// <returns>The new mailbox; null if it stays as it is.</returns>
    public static byte[]? Rewrite(RoutingSnapshot snapshot, ReadOnlySpan<byte> reversePath)
    {
        // With delay_checks a sender that is going to be refused at RCPT must not look accepted.
        bool isPending = snapshot.Options.DelayChecks != DelayChecks.Off
            && !snapshot.Options.AcceptUnqualifiedSenders
            && !Mailbox.TrySplit(reversePath, out _, out _);
        return isPending ? null : snapshot.Masquerade.RewriteEnvelopeSender(reversePath, trace: null);
    }
}
