using System.Text;
using Relay.Routing.Clients;
using Relay.Routing.Options;
using Relay.Routing.Tracing;
using Relay.Routing.Verdicts;
using Relay.Tables;
using Relay.Tables.Authentication;

namespace Relay.Routing.Access;

/// <summary>
/// May this client send by this address? The null reverse-path is everybody's (Postfix:
/// reject_sender_login_mismatch, whose replies these are). Stateless; allocates only where it refuses or traces.
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

        LookupResult result = snapshot.Tables.SenderLogin.Find(reversePath, out TableEntry entry);
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
