using Relay.Dns;
using Relay.Routing.Blocklists;
using Relay.Routing.Clients;
using Relay.Routing.Lookups;
using Relay.Routing.Options;
using Relay.Routing.Tls;
using Relay.Routing.Tracing;
using Relay.Routing.Verdicts;
using Relay.Tables;
using Relay.Tables.Access;

namespace Relay.Routing.Access;

/// <summary>
/// All checks of a session in Sendmail's order: check_relay at the connection, check_mail at MAIL, check_rcpt at RCPT;
/// with delay_checks all three at RCPT, the recipient first. What needs no DNS completes at once and allocates nothing
/// on acceptance. Thread-safe.
/// </summary>
public sealed class AccessControl
{
    private readonly ClientCheck _clients;
    private readonly SenderCheck _senders;
    private readonly RecipientCheck _recipients;

    public AccessControl(IDnsResolver dns, BlocklistHealth health)
    {
        _clients = new ClientCheck(new BlocklistCheck(dns, health));
        _senders = new SenderCheck(new SenderDomainLookup(dns));
        _recipients = new RecipientCheck(dns);
    }

    /// <summary>The connection, before its greeting.</summary>
    /// <param name="snapshot">The rules.</param>
    /// <param name="client">The client.</param>
    /// <param name="overLimit">
    /// The refusal of a client that connects too often, given unless access has accepted it; null within its limits.
    /// </param>
    /// <param name="trace">Takes what was consulted; null for none.</param>
    /// <param name="cancellation">The client is gone.</param>
    public ValueTask<Verdict> OnConnectAsync(
        RoutingSnapshot snapshot,
        ClientFacts client,
        byte[]? overLimit,
        DecisionTrace? trace,
        CancellationToken cancellation)
    {
        if (snapshot.Options.DelayChecks == DelayChecks.Off)
        {
            return _clients.CheckAsync(snapshot, client, overLimit, named: null, trace, cancellation);
        }

        trace?.Add("delay_checks", client.Name, "check_relay runs at RCPT");
        return ValueTask.FromResult(Verdict.Accept);
    }

    /// <summary>MAIL.</summary>
    /// <param name="snapshot">The rules.</param>
    /// <param name="client">The client.</param>
    /// <param name="reversePath">The mailbox without brackets; unchanged until the task completes.</param>
    /// <param name="trace">Takes what was consulted; null for none.</param>
    /// <param name="cancellation">The client is gone.</param>
    public ValueTask<Verdict> OnMailAsync(
        RoutingSnapshot snapshot,
        ClientFacts client,
        ReadOnlyMemory<byte> reversePath,
        DecisionTrace? trace,
        CancellationToken cancellation)
    {
        if (TlsRules.CheckClient(snapshot, client, trace) is { } weak)
        {
            return ValueTask.FromResult(Verdict.Refuse(ReplyText.Compose(weak.Reply, null)));
        }

        Verdict login = SenderLoginCheck.Check(snapshot, client, reversePath.Span, trace);
        if (login.Kind == VerdictKind.Refuse)
        {
            return ValueTask.FromResult(login);
        }

        if (snapshot.Options.DelayChecks == DelayChecks.Off)
        {
            return _senders.CheckAsync(snapshot, client, reversePath, named: reversePath, trace, cancellation);
        }

        trace?.Add("delay_checks", reversePath.Span, "check_mail runs at RCPT");
        return ValueTask.FromResult(Verdict.Accept);
    }

    /// <summary>RCPT. The paths are unchanged until the task completes.</summary>
    public ValueTask<Verdict> OnRcptAsync(
        RoutingSnapshot snapshot,
        ClientFacts client,
        ReadOnlyMemory<byte> reversePath,
        ReadOnlyMemory<byte> forwardPath,
        DecisionTrace? trace,
        CancellationToken cancellation)
    {
        ValueTask<Verdict> recipient = _recipients.CheckAsync(
            snapshot, client, reversePath, forwardPath, trace, cancellation);
        return snapshot.Options.DelayChecks == DelayChecks.Off
            ? recipient
            : CheckDelayedAsync(snapshot, client, reversePath, forwardPath, recipient, trace, cancellation);
    }

    /// <summary>May the client relay to anywhere: what ETRN asks.</summary>
    public static bool MayRelay(RoutingSnapshot snapshot, ClientFacts client) =>
        ClientRelayRight.Has(snapshot, client);

    /// <summary><c>GreetPause:</c>, <c>ClientRate:</c> and <c>ClientConn:</c> of a client.</summary>
    public static ClientLimits LimitsOf(RoutingSnapshot snapshot, ClientFacts client, DecisionTrace? trace) =>
        client.Address is null || snapshot.Access.Count == 0
            ? default
            : new ClientLimits(
                Number(AccessTag.GreetPause, snapshot, client, trace),
                Number(AccessTag.ClientRate, snapshot, client, trace),
                Number(AccessTag.ClientConn, snapshot, client, trace));

    private static long? Number(
        AccessTag tag, RoutingSnapshot snapshot, ClientFacts client, DecisionTrace? trace)
    {
        LookupResult result = snapshot.Access.FindClient(tag, client.NameKey, client.Address!, out AccessHit hit);
        trace?.AddLookup($"access {tag.Written()}", client.NameKey, result, hit.Entry);
        return result == LookupResult.Found && hit.Value.Kind == AccessValueKind.Number ? hit.Value.Number : null;
    }

    private async ValueTask<Verdict> CheckDelayedAsync(
        RoutingSnapshot snapshot,
        ClientFacts client,
        ReadOnlyMemory<byte> reversePath,
        ReadOnlyMemory<byte> forwardPath,
        ValueTask<Verdict> pending,
        DecisionTrace? trace,
        CancellationToken cancellation)
    {
        Verdict recipient = await pending;
        if (recipient.Kind is VerdictKind.Refuse or VerdictKind.Discard or VerdictKind.Allow
            || IsSpared(snapshot, forwardPath.Span, trace))
        {
            return recipient;
        }

        Verdict sender = await _senders.CheckAsync(
            snapshot, client, reversePath, named: forwardPath, trace, cancellation);
        if (sender.Kind is VerdictKind.Refuse or VerdictKind.Discard)
        {
            return sender;
        }

        // A From: entry OK or RELAY spares the client its check.
        Verdict connection = sender.Kind == VerdictKind.Allow
            ? Verdict.Accept
            : await _clients.CheckAsync(snapshot, client, overLimit: null, named: forwardPath, trace, cancellation);
        return connection.Kind is VerdictKind.Refuse or VerdictKind.Discard or VerdictKind.Hold ? connection
            : sender.Kind == VerdictKind.Hold ? sender
            : recipient;
    }

    /// <summary>The test for spam friends and haters.</summary>
    private static bool IsSpared(RoutingSnapshot snapshot, ReadOnlySpan<byte> forwardPath, DecisionTrace? trace)
    {
        DelayChecks mode = snapshot.Options.DelayChecks;
        if (mode == DelayChecks.On)
        {
            return false;
        }

        Span<byte> scratch = stackalloc byte[AddressParts.ScratchLength];
        AddressParts recipient = AddressParts.Of(snapshot, forwardPath, scratch);
        bool isLocal = !recipient.IsQualified || snapshot.IsLocal(recipient.Domain);
        LookupResult result = snapshot.Access.FindMailbox(
            AccessTag.Spam, recipient.LocalPart, recipient.Domain, userKey: isLocal, out AccessHit hit);
        trace?.AddLookup("access Spam:", forwardPath, result, hit.Entry);
        AccessValueKind kind = result == LookupResult.Found ? hit.Value.Kind : AccessValueKind.None;
        return mode == DelayChecks.Friend ? kind == AccessValueKind.Friend : kind != AccessValueKind.Hater;
    }
}
