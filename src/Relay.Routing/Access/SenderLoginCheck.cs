using System.Text;
using Relay.Routing.Clients;
using Relay.Routing.Options;
using Relay.Routing.Tracing;
using Relay.Routing.Verdicts;
using Relay.Smtp.Addressing;
using Relay.Tables;
using Relay.Tables.Authentication;

namespace Relay.Routing.Access;

/// <summary>
/// May this client send by this address? The null reverse-path is everybody's (Postfix:
/// reject_sender_login_mismatch, whose replies these are). An address is what the rules make of it: without quotes, its
/// domain by domaintable, qualified. Stateless; allocates only where it refuses or traces.
/// </summary>
internal static class SenderLoginCheck
{
    /// <returns>Accept, or the refusal.</returns>
    public static Verdict Check(
        RoutingSnapshot snapshot, ClientFacts client, ReadOnlySpan<byte> reversePath, DecisionTrace? trace)
    {
        SenderLogin rule = snapshot.Options.SenderLogin;
        bool isAuthenticated = !client.AuthenticatedIdentity.IsEmpty;
        if (rule == SenderLogin.Off || reversePath.IsEmpty || client.IsLocalUser
            || (rule == SenderLogin.Authenticated && !isAuthenticated))
        {
            return Verdict.Accept;
        }

        LookupResult result = Find(snapshot, reversePath, out TableEntry entry);
        trace?.AddLookup("senderlogin", reversePath, result, entry);
        if (result == LookupResult.TemporaryFailure)
        {
            return Verdict.Refuse("451 4.3.0 Sender address cannot be checked now"u8.ToArray());
        }

        if (result != LookupResult.Found)
        {
            return rule == SenderLogin.Known || !isAuthenticated ? Verdict.Accept : Refuse(client, reversePath, trace);
        }

        return SenderLoginTable.Names(entry.Value.Span, client.AuthenticatedIdentity.Span)
            ? Verdict.Accept
            : Refuse(client, reversePath, trace);
    }

    private static LookupResult Find(RoutingSnapshot snapshot, ReadOnlySpan<byte> reversePath, out TableEntry entry)
    {
        ReadOnlySpan<byte> whole = Mailbox.TrySplit(reversePath, out _, out _)
            ? reversePath
            : snapshot.Masquerade.RewriteEnvelopeSender(reversePath, trace: null);
        Span<byte> scratch = stackalloc byte[AddressParts.ScratchLength];
        LookupResult result = Find(snapshot, AddressParts.Of(snapshot, whole, scratch), out entry);

        // A table may name domains as they are written, too; what is known of the canonical one comes first.
        return result == LookupResult.NotFound
            ? Find(snapshot, AddressParts.WithoutDomaintable(whole, scratch), out entry)
            : result;
    }

    private static LookupResult Find(RoutingSnapshot snapshot, in AddressParts parts, out TableEntry entry)
    {
        ReadOnlySpan<byte> user = parts.LocalPart;
        ReadOnlySpan<byte> domain = parts.Domain;
        int length = user.Length + 1 + domain.Length;
        Span<byte> key = length <= AddressParts.ScratchLength
            ? stackalloc byte[AddressParts.ScratchLength]
            : new byte[length];
        user.CopyTo(key);
        key[user.Length] = (byte)'@';
        domain.CopyTo(key[(user.Length + 1)..]);
        return snapshot.Tables.SenderLogin.Find(key[..length], out entry);
    }

    private static Verdict Refuse(ClientFacts client, ReadOnlySpan<byte> reversePath, DecisionTrace? trace)
    {
        string why = client.AuthenticatedIdentity.IsEmpty
            ? "not logged in"
            : $"not owned by user {Encoding.UTF8.GetString(client.AuthenticatedIdentity.Span)}";
        trace?.Add("sender and login", reversePath, why);
        var reply = new TableReply(
            553, "5.7.1"u8.ToArray(), Encoding.UTF8.GetBytes($"Sender address rejected: {why}"), HasCode: true);
        return Verdict.Refuse(ReplyText.Compose(reply, reversePath.ToArray()));
    }
}
