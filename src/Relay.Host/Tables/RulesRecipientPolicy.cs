using Relay.Routing;
using Relay.Routing.Access;
using Relay.Routing.Masquerading;
using Relay.Routing.Options;
using Relay.Routing.Resolution;
using Relay.Routing.Verdicts;
using Relay.Server.Policies;
using Relay.Smtp;

namespace Relay.Host.Tables;

/// <summary>
/// Asks check_mail and check_rcpt, then resolves the recipient. What needs no waiting completes at once; acceptance of
/// what stays as it is allocates nothing. Thread-safe.
/// </summary>
internal sealed class RulesRecipientPolicy(RoutingHolder rules, AccessControl access) : IRecipientPolicy
{
    public ValueTask<MailDecision> OnMailAsync(ClientIdentity client, ReadOnlyMemory<byte> reversePath)
    {
        RoutingSnapshot snapshot = rules.Current;
        ClientState state = ClientState.Of(client);
        state.GivenSender = null;
        ValueTask<Verdict> verdict = access.OnMailAsync(
            snapshot, state.Facts, reversePath, trace: null, CancellationToken.None);
        return verdict.IsCompletedSuccessfully
            ? ValueTask.FromResult(ToMail(snapshot, state, reversePath, verdict.Result))
            : WaitForMailAsync(snapshot, state, reversePath, verdict);
    }

    public ValueTask<RcptDecision> OnRcptAsync(
        ClientIdentity client, Envelope envelope, ReadOnlyMemory<byte> forwardPath)
    {
        RoutingSnapshot snapshot = rules.Current;
        ClientState state = ClientState.Of(client);
        ReadOnlyMemory<byte> sender = !NeedsSender(snapshot.Options) ? default
            : state.GivenSender ?? state.Remember(envelope.ReversePath);
        ValueTask<Verdict> verdict = access.OnRcptAsync(
            snapshot, state.Facts, sender, forwardPath, trace: null, CancellationToken.None);
        bool ownReversePath = !envelope.ReversePath.IsEmpty;
        if (!verdict.IsCompletedSuccessfully)
        {
            return WaitForRcptAsync(snapshot, forwardPath, ownReversePath, verdict);
        }

        Verdict decided = verdict.Result;
        if (decided.Kind is VerdictKind.Refuse or VerdictKind.Discard)
        {
            return ValueTask.FromResult(ToRcpt(decided, Expansion.Unchanged, ownReversePath));
        }

        ValueTask<Expansion> expansion = AddressResolver.ExpandAsync(
            snapshot, forwardPath, trace: null, CancellationToken.None);
        return expansion.IsCompletedSuccessfully
            ? ValueTask.FromResult(ToRcpt(decided, expansion.Result, ownReversePath))
            : WaitForExpansionAsync(decided, expansion, ownReversePath);
    }

    /// <summary>A list's owner takes the sender's place, but never that of the null reverse-path.</summary>
    private static ReplacementRecipient[]? ToReplacements(in Expansion expansion, bool ownReversePath)
    {
        if (expansion.Recipients is not { } recipients)
        {
            return null;
        }

        var replacements = new ReplacementRecipient[recipients.Count];
        for (int i = 0; i < replacements.Length; i++)
        {
            replacements[i] = new ReplacementRecipient(
                recipients[i].Address, ownReversePath ? recipients[i].ReversePath : null);
        }

        return replacements;
    }

    private static bool NeedsSender(RoutingOptions options) =>
        options.DelayChecks != DelayChecks.Off || options.RelayLocalFrom || options.RelayMailFrom;

    private static async ValueTask<MailDecision> WaitForMailAsync(
        RoutingSnapshot snapshot, ClientState state, ReadOnlyMemory<byte> reversePath, ValueTask<Verdict> verdict) =>
        ToMail(snapshot, state, reversePath, await verdict);

    private static MailDecision ToMail(
        RoutingSnapshot snapshot, ClientState state, ReadOnlyMemory<byte> reversePath, Verdict verdict)
    {
        if (verdict.Kind == VerdictKind.Refuse)
        {
            return MailDecision.Refuse(verdict.Text!);
        }

        byte[]? rewritten = SenderRewriter.Rewrite(snapshot, reversePath.Span);
        if (rewritten is not null)
        {
            state.GivenSender = reversePath.ToArray();
        }

        return new MailDecision
        {
            DiscardsMessage = verdict.Kind == VerdictKind.Discard,
            HoldReason = verdict.Kind == VerdictKind.Hold ? verdict.Text : null,
            ReversePath = rewritten,
        };
    }

    private static async ValueTask<RcptDecision> WaitForRcptAsync(
        RoutingSnapshot snapshot, ReadOnlyMemory<byte> forwardPath, bool ownReversePath, ValueTask<Verdict> verdict)
    {
        Verdict decided = await verdict;
        Expansion expansion = decided.Kind is VerdictKind.Refuse or VerdictKind.Discard
            ? Expansion.Unchanged
            : await AddressResolver.ExpandAsync(snapshot, forwardPath, trace: null, CancellationToken.None);
        return ToRcpt(decided, expansion, ownReversePath);
    }

    private static async ValueTask<RcptDecision> WaitForExpansionAsync(
        Verdict verdict, ValueTask<Expansion> expansion, bool ownReversePath) =>
        ToRcpt(verdict, await expansion, ownReversePath);

    private static RcptDecision ToRcpt(Verdict verdict, in Expansion expansion, bool ownReversePath) =>
        verdict.Kind == VerdictKind.Refuse ? RcptDecision.Refuse(verdict.Text!)
        : expansion.Refusal is { } refusal ? RcptDecision.Refuse(refusal)
        : new RcptDecision
        {
            DiscardsMessage = verdict.Kind == VerdictKind.Discard,
            HoldReason = verdict.Kind == VerdictKind.Hold ? verdict.Text : null,
            Replacements = ToReplacements(expansion, ownReversePath),
        };
}
