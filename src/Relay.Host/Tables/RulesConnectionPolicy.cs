using System.Text;
using Relay.Routing;
using Relay.Routing.Access;
using Relay.Routing.Clients;
using Relay.Routing.Tls;
using Relay.Routing.Verdicts;
using Relay.Server.Policies;
using RuleLimits = Relay.Routing.Access.ClientLimits;
using ServerLimits = Relay.Server.Policies.ClientLimits;
using ServerResolution = Relay.Server.Policies.ClientResolution;

namespace Relay.Host.Tables;

/// <summary>
/// Names a client and asks check_relay about it; its limits and its pause come from access, else from the options.
/// A client on this machine is decided without waiting. Thread-safe.
/// </summary>
internal sealed class RulesConnectionPolicy(
    RoutingHolder rules,
    AccessControl access,
    ClientResolver resolver,
    Func<ConnectionDefaults> defaults,
    LocalUsers? users = null)
    : IConnectionPolicy
{
    public ValueTask<ConnectionDecision> OnConnectAsync(ClientIdentity client, CancellationToken cancellation)
    {
        if (client.LocalUserId is { } user && users is not null)
        {
            return TakeLocalAsync(client, users.FindAsync(user, client.LocalProcessId));
        }

        ConnectionDefaults limits = defaults();
        if (!limits.ResolveClients)
        {
            return DecideAsync(client, limits, ClientState.Of(client).Facts, cancellation);
        }

        ValueTask<ClientFacts> facts = resolver.ResolveAsync(client.Address, cancellation);
        return facts.IsCompletedSuccessfully
            ? NameAndDecideAsync(client, limits, facts.Result, cancellation)
            : WaitAsync(client, limits, facts, cancellation);
    }

    public byte[]? OnTls(ClientIdentity client) =>
        TlsRules.CheckClient(rules.Current, ClientState.Of(client).Facts, trace: null) is { } weak
            ? Encoding.UTF8.GetBytes(weak.Reply)
            : null;

    /// <summary>Local submission has no client address that anything could be said about (check_relay).</summary>
    private static async ValueTask<ConnectionDecision> TakeLocalAsync(ClientIdentity client, ValueTask<LocalUser> user)
    {
        client.LocalUser = await user;
        client.PolicyState = new ClientState(
            ClientState.Make(client, Routing.Clients.ClientResolution.Ok, "localhost"));
        return ConnectionDecision.Accept;
    }

    private async ValueTask<ConnectionDecision> WaitAsync(
        ClientIdentity client,
        ConnectionDefaults limits,
        ValueTask<ClientFacts> facts,
        CancellationToken cancellation) =>
        await NameAndDecideAsync(client, limits, await facts, cancellation);

    private ValueTask<ConnectionDecision> NameAndDecideAsync(
        ClientIdentity client, ConnectionDefaults limits, ClientFacts resolved, CancellationToken cancellation)
    {
        ClientFacts facts = ClientState.Make(client, resolved.Resolution, resolved.Pointer);
        client.PolicyState = new ClientState(facts);
        client.HostName = facts.IsConfirmed ? facts.Name : null;
        client.PtrName = facts.Pointer;
        client.Resolution = facts.Resolution switch
        {
            Routing.Clients.ClientResolution.Ok => ServerResolution.Ok,
            Routing.Clients.ClientResolution.Forged => ServerResolution.Forged,
            Routing.Clients.ClientResolution.Temp => ServerResolution.Temp,
            _ => ServerResolution.Fail,
        };
        return DecideAsync(client, limits, facts, cancellation);
    }

    private ValueTask<ConnectionDecision> DecideAsync(
        ClientIdentity client, ConnectionDefaults limits, ClientFacts facts, CancellationToken cancellation)
    {
        RoutingSnapshot snapshot = rules.Current;
        RuleLimits own = AccessControl.LimitsOf(snapshot, facts, trace: null);
        string features = TlsRules.ServerFeatures(snapshot, facts, trace: null);
        var decision = new ConnectionDecision
        {
            GreetPause = own.GreetPauseMilliseconds is { } pause
                ? TimeSpan.FromMilliseconds(Math.Min(pause, int.MaxValue))
                : limits.GreetPause,
            ClientRateMax = (int)Math.Min(own.ConnectionsPerMinute ?? limits.ClientRate, int.MaxValue),
            ClientConnectionsMax = (int)Math.Min(own.Connections ?? limits.ClientConnections, int.MaxValue),
            LimitsTerminate = limits.Terminate,
            HidesStartTls = features.Contains('S'),
            Modifiers = ModifiersOf(features),
            AsksForNoCertificate = features.Contains('V'),
        };
        byte[]? overLimit = ServerLimits.Refusal(
            client, decision.ClientRateMax, decision.ClientConnectionsMax, decision.LimitsTerminate);
        ValueTask<Verdict> verdict = access.OnConnectAsync(snapshot, facts, overLimit, trace: null, cancellation);
        return verdict.IsCompletedSuccessfully
            ? ValueTask.FromResult(Apply(decision, verdict.Result))
            : FinishAsync(decision, verdict);
    }

    private static async ValueTask<ConnectionDecision> FinishAsync(
        ConnectionDecision decision, ValueTask<Verdict> verdict) => Apply(decision, await verdict);

    /// <summary>Letters of <c>Srv_Features:</c> that say of a client what <c>M=</c> says of a listener.</summary>
    private static ListenerModifiers ModifiersOf(string features) =>
        (features.Contains('l') ? ListenerModifiers.RequireAuthentication : ListenerModifiers.None)
        | (features.Contains('A') ? ListenerModifiers.NoAuthentication : ListenerModifiers.None)
        | (features.Contains('E') ? ListenerModifiers.NoEtrn : ListenerModifiers.None);

    private static ConnectionDecision Apply(in ConnectionDecision decision, Verdict verdict) => new()
    {
        GreetPause = decision.GreetPause,
        ClientRateMax = verdict.Kind == VerdictKind.Allow ? 0 : decision.ClientRateMax,
        ClientConnectionsMax = verdict.Kind == VerdictKind.Allow ? 0 : decision.ClientConnectionsMax,
        LimitsTerminate = decision.LimitsTerminate,
        HidesStartTls = decision.HidesStartTls,
        Modifiers = decision.Modifiers,
        AsksForNoCertificate = decision.AsksForNoCertificate,
        Refusal = verdict.Kind == VerdictKind.Refuse ? verdict.Text : null,
        DiscardsMessages = verdict.Kind == VerdictKind.Discard,
        HoldReason = verdict.Kind == VerdictKind.Hold ? verdict.Text : null,
    };
}
