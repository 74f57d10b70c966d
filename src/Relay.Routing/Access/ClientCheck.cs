using Relay.Routing.Blocklists;
using Relay.Routing.Clients;
using Relay.Routing.Tracing;
using Relay.Routing.Verdicts;
using Relay.Tables;
using Relay.Tables.Access;

namespace Relay.Routing.Access;

/// <summary>
/// Sendmail's check_relay: the access table by the client's name, then by its address; then the lists in the DNS, in
/// their order; then require_rdns. OK or RELAY ends it at once. Thread-safe.
/// </summary>
internal sealed class ClientCheck(BlocklistCheck blocklists)
{
    private const string Check = "check_relay";

    /// <param name="snapshot">The rules.</param>
    /// <param name="client">The client.</param>
    /// <param name="overLimit">The refusal of a client that connects too often; null within its limits.</param>
    /// <param name="named">The recipient that a refusal names at RCPT; null at the connection.</param>
    /// <param name="trace">Takes what was consulted; null for none.</param>
    /// <param name="cancellation">The client is gone.</param>
    public ValueTask<Verdict> CheckAsync(
        RoutingSnapshot snapshot,
        ClientFacts client,
        byte[]? overLimit,
        ReadOnlyMemory<byte>? named,
        DecisionTrace? trace,
        CancellationToken cancellation)
    {
        if (trace is not null)
        {
            trace.Check = Check;
        }

        if (client.Address is null)
        {
            trace?.Add("client", client.Name, "no address: local");
            return ValueTask.FromResult(Verdict.Allow);
        }

        LookupResult result = snapshot.Access.FindName(
            AccessTag.Connect, client.NameKey, exact: false, out AccessHit hit);
        trace?.AddLookup("access Connect:", client.NameKey, result, hit.Entry);
        if (result == LookupResult.NotFound)
        {
            result = snapshot.Access.FindAddress(AccessTag.Connect, client.Address, out hit);
            trace?.AddLookup("access Connect:", client.AddressKey, result, hit.Entry);
        }

        Verdict verdict = AccessVerdict.Of(result, hit, snapshot.Rejection, named);
        if (verdict.Kind != VerdictKind.Accept)
        {
            return ValueTask.FromResult(verdict);
        }

        if (overLimit is not null)
        {
            trace?.Add("ratecontrol, conncontrol", client.AddressText, "beyond the limit");
            return ValueTask.FromResult(Verdict.Refuse(overLimit));
        }

        return BlocklistCheck.Concerns(snapshot.Options, client)
            ? AskListsAsync(snapshot, client, named, trace, cancellation)
            : ValueTask.FromResult(CheckName(snapshot, client, named, trace));
    }

    private async ValueTask<Verdict> AskListsAsync(
        RoutingSnapshot snapshot,
        ClientFacts client,
        ReadOnlyMemory<byte>? named,
        DecisionTrace? trace,
        CancellationToken cancellation)
    {
        Verdict verdict = await blocklists.CheckAsync(snapshot.Options, client, named, trace, cancellation);
        return verdict.IsAccepted ? CheckName(snapshot, client, named, trace) : verdict;
    }

    private static Verdict CheckName(
        RoutingSnapshot snapshot, ClientFacts client, ReadOnlyMemory<byte>? named, DecisionTrace? trace)
    {
        if (!snapshot.Options.RequireRdns || client.IsThisMachine)
        {
            return Verdict.Accept;
        }

        bool isExempt = snapshot.IsRelayAddress(client.Address!, trace);
        string? text = isExempt ? null : client.Resolution switch
        {
            ClientResolution.Fail => $"550 5.7.1 Fix reverse DNS for {client.AddressText}",
            ClientResolution.Temp => $"451 4.1.8 Client IP address {client.AddressText} does not resolve",
            ClientResolution.Forged => $"451 4.1.8 Possibly forged hostname for {client.AddressText}",
            _ => null,
        };
        trace?.Add("require_rdns", client.AddressText, isExempt ? "in class R" : client.Resolution.ToString());
        return text is null ? Verdict.Accept : Verdict.Refuse(ReplyText.Compose(text, named));
    }
}
