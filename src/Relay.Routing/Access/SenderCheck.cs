using Relay.Routing.Clients;
using Relay.Routing.Lookups;
using Relay.Routing.Tracing;
using Relay.Routing.Verdicts;
using Relay.Tables;
using Relay.Tables.Access;

namespace Relay.Routing.Access;

/// <summary>
/// Sendmail's check_mail: <c>&lt;&gt;</c> passes; a sender at localhost must come from us; access <c>From:</c> decides;
/// a sender without a domain is refused, and one whose domain does not exist. Thread-safe.
/// </summary>
internal sealed class SenderCheck(SenderDomainLookup domains)
{
    private const string Check = "check_mail";

    /// <param name="snapshot">The rules.</param>
    /// <param name="client">The client.</param>
    /// <param name="reversePath">The mailbox without brackets; empty for the null reverse-path.</param>
    /// <param name="named">The address that a refusal names: the sender at MAIL, the recipient at RCPT.</param>
    /// <param name="trace">Takes what was consulted; null for none.</param>
    /// <param name="cancellation">The client is gone.</param>
    public ValueTask<Verdict> CheckAsync(
        RoutingSnapshot snapshot,
        ClientFacts client,
        ReadOnlyMemory<byte> reversePath,
        ReadOnlyMemory<byte> named,
        DecisionTrace? trace,
        CancellationToken cancellation)
    {
        if (trace is not null)
        {
            trace.Check = Check;
        }

        if (reversePath.IsEmpty)
        {
            trace?.Add("null reverse-path", "<>", "accepted always");
            return ValueTask.FromResult(Verdict.Accept);
        }

        if (TryDecide(snapshot, client, reversePath.Span, named, trace, out Verdict verdict))
        {
            return ValueTask.FromResult(verdict);
        }

        return ResolveAsync(snapshot, reversePath, named, trace, cancellation);
    }

    /// <summary>All that needs no waiting; false if the domain must be asked for in the DNS.</summary>
    private bool TryDecide(
        RoutingSnapshot snapshot,
        ClientFacts client,
        ReadOnlySpan<byte> reversePath,
        ReadOnlyMemory<byte> named,
        DecisionTrace? trace,
        out Verdict verdict)
    {
        Span<byte> scratch = stackalloc byte[AddressParts.ScratchLength];
        AddressParts sender = AddressParts.Of(snapshot, reversePath, scratch);
        if (sender.IsQualified && IsUnreal(snapshot, client, sender.Domain) && !IsOurs(snapshot, client))
        {
            trace?.Add("localhost in sender", sender.Domain, "the client is not this machine");
            verdict = Refuse("553 5.5.4 Real domain name required for sender address", named);
            return true;
        }

        LookupResult result = snapshot.Access.FindMailbox(
            AccessTag.From, sender.LocalPart, sender.Domain, userKey: true, out AccessHit hit);
        trace?.AddLookup("access From:", reversePath, result, hit.Entry);
        verdict = AccessVerdict.Of(result, hit, snapshot.Rejection, named);
        if (verdict.Kind != VerdictKind.Accept)
        {
            return true;
        }

        if (!sender.IsQualified)
        {
            verdict = CheckUnqualified(snapshot, client, reversePath, named, trace);
            return true;
        }

        if (snapshot.Options.AcceptUnresolvableDomains || sender.Domain.SequenceEqual(snapshot.HostName)
            || client.Address is null)
        {
            trace?.Add("sender domain", sender.Domain, "not looked up");
            return true;
        }

        bool isKnown = domains.TryGetKnown(sender.Domain, out DomainExistence existence);
        if (isKnown)
        {
            verdict = Judge(existence, reversePath, sender.Domain, named, trace);
        }

        return isKnown;
    }

    private async ValueTask<Verdict> ResolveAsync(
        RoutingSnapshot snapshot,
        ReadOnlyMemory<byte> reversePath,
        ReadOnlyMemory<byte> named,
        DecisionTrace? trace,
        CancellationToken cancellation)
    {
        byte[] domain = DomainOf(snapshot, reversePath.Span);
        DomainExistence existence = domain.Length == 0
            ? DomainExistence.Missing
            : await domains.AskAsync(domain, cancellation);
        return Judge(existence, reversePath.Span, domain, named, trace);
    }

    private static byte[] DomainOf(RoutingSnapshot snapshot, ReadOnlySpan<byte> mailbox)
    {
        Span<byte> scratch = stackalloc byte[AddressParts.ScratchLength];
        return AddressParts.Of(snapshot, mailbox, scratch).Domain.ToArray();
    }

    private static Verdict CheckUnqualified(
        RoutingSnapshot snapshot,
        ClientFacts client,
        ReadOnlySpan<byte> reversePath,
        ReadOnlyMemory<byte> named,
        DecisionTrace? trace)
    {
        bool isAllowed = client.Address is null || client.AllowsUnqualified
            || snapshot.Options.AcceptUnqualifiedSenders;
        trace?.Add("sender without domain", reversePath, isAllowed ? "allowed" : "refused");
        return isAllowed
            ? Verdict.Accept
            : Refuse(
                $"553 5.5.4 Domain name required for sender address {System.Text.Encoding.UTF8.GetString(reversePath)}",
                named);
    }

    private static Verdict Judge(
        DomainExistence existence,
        ReadOnlySpan<byte> reversePath,
        ReadOnlySpan<byte> domain,
        ReadOnlyMemory<byte> named,
        DecisionTrace? trace)
    {
        trace?.Add("sender domain", domain, existence.ToString());
        if (existence == DomainExistence.Exists)
        {
            return Verdict.Accept;
        }

        string sender = System.Text.Encoding.UTF8.GetString(reversePath);
        return existence == DomainExistence.Missing
            ? Refuse($"553 5.1.8 Domain of sender address {sender} does not exist", named)
            : Refuse($"451 4.1.8 Domain of sender address {sender} does not resolve", named);
    }

    /// <summary>
    /// localhost and its literals; with daemon modifier f any domain of one label. With accept_unqualified_senders
    /// Sendmail has no such test.
    /// </summary>
    private static bool IsUnreal(RoutingSnapshot snapshot, ClientFacts client, ReadOnlySpan<byte> domain) =>
        !client.AllowsUnqualified
        && !snapshot.Options.AcceptUnqualifiedSenders
        && (domain.SequenceEqual("localhost"u8)
            || domain.SequenceEqual("[127.0.0.1]"u8)
            || domain.SequenceEqual("[ipv6:::1]"u8)
            || domain.SequenceEqual(snapshot.LocalhostInDomain)
            || (client.RequiresFullDomain && !domain.IsEmpty && !domain.Contains((byte)'.') && domain[0] != (byte)'['));

    private static bool IsOurs(RoutingSnapshot snapshot, ClientFacts client) =>
        client.IsThisMachine || snapshot.IsLocal(client.NameKey);

    private static Verdict Refuse(string text, ReadOnlyMemory<byte> named) =>
        Verdict.Refuse(ReplyText.Compose(text, named));
}
