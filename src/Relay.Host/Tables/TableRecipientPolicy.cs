using System.Text;
using Relay.Server.Policies;
using Relay.Smtp;
using Relay.Smtp.Addressing;

namespace Relay.Host.Tables;

/// <summary>
/// Relay permission. One reason suffices: the client is 127.0.0.1 or ::1 (no other loopback address), the client's
/// address or confirmed name is in relay-domains or access, the recipient's domain is, or the recipient is postmaster.
/// A local part that a later host could route on (<c>%</c>, <c>!</c>, <c>@</c>) is a second destination that nobody
/// checked: only clients that may relay anywhere may send to it. Acceptance allocates nothing.
/// </summary>
internal sealed class TableRecipientPolicy(TableStore tables) : IRecipientPolicy
{
    private const string RelayingDenied = "Relaying denied";

    /// <summary>Null, or with a domain (Sendmail: without <c>accept_unqualified_senders</c>).</summary>
    public ValueTask<MailDecision> OnMailAsync(ClientIdentity client, ReadOnlyMemory<byte> reversePath) =>
        ValueTask.FromResult(
            reversePath.IsEmpty || Mailbox.TrySplit(reversePath.Span, out _, out _)
                ? MailDecision.Accept
                : MailDecision.Refuse([
                    .. "553 5.5.4 <"u8,
                    .. reversePath.Span,
                    .. ">... Domain name required for sender address "u8,
                    .. reversePath.Span,
                ]));

    public ValueTask<RcptDecision> OnRcptAsync(
        ClientIdentity client, Envelope envelope, ReadOnlyMemory<byte> forwardPath) =>
        ValueTask.FromResult(Decide(tables.Current, client, forwardPath.Span));

    private static RcptDecision Decide(TableSet set, ClientIdentity client, ReadOnlySpan<byte> forwardPath)
    {
        if (Postmaster.Is(forwardPath, set.HostName))
        {
            return RcptDecision.Accept;
        }

        if (!Mailbox.TrySplit(forwardPath, out ReadOnlySpan<byte> localPart, out ReadOnlySpan<byte> domain))
        {
            // There are no local users, so a recipient without a domain is nobody.
            return Refuse("550 5.1.1 <", forwardPath, "User unknown");
        }

        if (RelayRight.HasClient(set, client))
        {
            return RcptDecision.Accept;
        }

        if (localPart.IndexOfAny("%!@"u8) >= 0)
        {
            return Refuse("550 5.7.1 <", forwardPath, RelayingDenied);
        }

        Span<byte> scratch = stackalloc byte[DomainName.LengthMax];
        ReadOnlySpan<byte> folded = DomainName.Fold(domain, scratch);
        return set.Permissions.MayRelayTo(folded, set.ExactDomains)
            ? RcptDecision.Accept
            : Refuse("550 5.7.1 <", forwardPath, RelayingDenied);
    }

    private static RcptDecision Refuse(string start, ReadOnlySpan<byte> forwardPath, string text)
    {
        byte[] reply = new byte[start.Length + forwardPath.Length + ">... ".Length + text.Length];
        int at = Encoding.ASCII.GetBytes(start, reply);
        forwardPath.CopyTo(reply.AsSpan(at));
        at += forwardPath.Length;
        at += Encoding.ASCII.GetBytes(">... ", reply.AsSpan(at));
        Encoding.ASCII.GetBytes(text, reply.AsSpan(at));
        return RcptDecision.Refuse(reply);
    }
}
