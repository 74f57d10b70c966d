using System.Text;
using Relay.Dns;
using Relay.Routing;
using Relay.Routing.Access;
using Relay.Routing.Blocklists;
using Relay.Routing.Clients;
using Relay.Routing.Masquerading;
using Relay.Routing.Resolution;
using Relay.Routing.Routes;
using Relay.Routing.Tls;
using Relay.Routing.Tracing;
using Relay.Routing.Verdicts;

namespace Relay.Host.Explain;

/// <summary>
/// Plays a session against the rules, with the code that sessions use, and notes every rule that it consults.
/// </summary>
internal sealed class Explainer(RoutingSnapshot rules, IDnsResolver dns, bool resolvesClients, HelloRules hello)
{
    private readonly AccessControl _access = new(dns, new BlocklistHealth(dns));
    private readonly RouteResolver _routes = new(new RoutingHolder(rules));

    /// <summary>The stages up to the first that refuses all that follows.</summary>
    public async Task<IReadOnlyList<ExplainStage>> ExplainAsync(
        ExplainQuestion question, CancellationToken cancellation)
    {
        var stages = new List<ExplainStage>();
        ClientFacts client = await IdentifyAsync(question, cancellation);
        var trace = new DecisionTrace { Check = "client" };
        trace.Add(
            "client_resolve",
            client.AddressText,
            $"{client.Name} ({client.Resolution.ToString().ToUpperInvariant()})");
        ClientLimits limits = AccessControl.LimitsOf(rules, client, trace);
        string features = TlsRules.ServerFeatures(rules, client, trace);
        Verdict verdict = await _access.OnConnectAsync(rules, client, overLimit: null, trace, cancellation);
        string command = $"connect from {client.Name} [{client.AddressText}]";
        stages.Add(new ExplainStage(command, trace.Steps, Show(verdict), Limits(limits)));
        if (verdict.Kind == VerdictKind.Refuse)
        {
            return stages;
        }

        if (question.Helo is { Length: > 0 } name)
        {
            stages.Add(HelloRules.Say(client, name, out bool isNoName));
            if (isNoName)
            {
                return stages;
            }
        }

        byte[] sender = Encoding.UTF8.GetBytes(question.Sender);
        (ExplainStage mail, bool isRefused) = await SenderAsync(
            question, client, sender, features.Contains('l'), cancellation);
        stages.Add(mail);
        if (isRefused)
        {
            return stages;
        }

        foreach (string recipient in question.Recipients)
        {
            stages.Add(await RecipientAsync(client, sender, recipient, cancellation));
        }

        return stages;
    }

    private async Task<ClientFacts> IdentifyAsync(ExplainQuestion question, CancellationToken cancellation) =>
        question.Name is { } name ? new ClientFacts(question.Address, ClientResolution.Ok, name)
        : resolvesClients ? await new ClientResolver(dns).ResolveAsync(question.Address, cancellation)
        : new ClientFacts(question.Address, ClientResolution.Fail, null);

    private async Task<(ExplainStage Stage, bool IsRefused)> SenderAsync(
        ExplainQuestion question, ClientFacts client, byte[] sender, bool needsLogin, CancellationToken cancellation)
    {
        string command = $"MAIL FROM:<{question.Sender}>";
        var trace = new DecisionTrace { Check = "check_mail" };
        string? mark = null;
        if (question.Helo is "" && hello.Miss(client, rules.Options.HostName, trace, out mark) is { } refusal)
        {
            return (new ExplainStage(command, trace.Steps, refusal, []), true);
        }

        if (needsLogin)
        {
            trace.Add("AUTH", client.Name, "required of this client, and not shown here");
            return (new ExplainStage(command, trace.Steps, "530 5.7.0 Authentication required", []), true);
        }

        Verdict verdict = await _access.OnMailAsync(rules, client, sender, trace, cancellation);
        byte[]? rewritten = SenderRewriter.Rewrite(rules, sender);
        string? other = rewritten is null ? null : $"reverse-path becomes {Encoding.UTF8.GetString(rewritten)}";
        string[] effects = [.. new[] { mark, other }.OfType<string>()];
        return (new ExplainStage(command, trace.Steps, Show(verdict), effects), verdict.Kind == VerdictKind.Refuse);
    }

    private async Task<ExplainStage> RecipientAsync(
        ClientFacts client, byte[] sender, string recipient, CancellationToken cancellation)
    {
        byte[] forwardPath = Encoding.UTF8.GetBytes(recipient);
        var trace = new DecisionTrace { Check = "check_rcpt" };
        Verdict verdict = await _access.OnRcptAsync(rules, client, sender, forwardPath, trace, cancellation);
        string command = $"RCPT TO:<{recipient}>";
        if (verdict.Kind is VerdictKind.Refuse or VerdictKind.Discard)
        {
            return new ExplainStage(command, trace.Steps, Show(verdict), []);
        }

        Expansion expansion = await AddressResolver.ExpandAsync(rules, forwardPath, trace, cancellation);
        return expansion.Refusal is { } refusal
            ? new ExplainStage(command, trace.Steps, Encoding.UTF8.GetString(refusal), [])
            : new ExplainStage(command, trace.Steps, Show(verdict), Destinations(forwardPath, expansion));
    }

    private string[] Destinations(byte[] forwardPath, Expansion expansion)
    {
        IReadOnlyList<ExpandedRecipient> finals = expansion.Recipients ?? [new ExpandedRecipient(forwardPath, null)];
        return finals.Count == 0 ? ["nobody: dropped"] : [.. finals.Select(Destination)];
    }

    private string Destination(ExpandedRecipient final)
    {
        _routes.TryResolve(final.Address, out RecipientRoute route);
        string owner = final.ReversePath is { } path ? $", from {Encoding.UTF8.GetString(path)}" : string.Empty;
        string other = route.Address is { } address ? $" as {Encoding.UTF8.GetString(address)}" : string.Empty;
        string where = route.Route.Kind switch
        {
            RouteKind.Error or RouteKind.Hold => $"{route.Route.Kind}: {route.Route.Text}",
            RouteKind.Discard => "dropped",
            _ => route.Route.Name,
        };
        return $"{Encoding.UTF8.GetString(final.Address)} goes to {where}{other}{owner}";
    }

    private static string Show(Verdict verdict) => verdict.Kind switch
    {
        VerdictKind.Refuse => Encoding.UTF8.GetString(verdict.Text!),
        VerdictKind.Discard => "accepted and dropped",
        VerdictKind.Hold => $"accepted and held: {Encoding.UTF8.GetString(verdict.Text!)}",
        _ => "accepted",
    };

    private static string[] Limits(ClientLimits limits) =>
    [
        .. limits.GreetPauseMilliseconds is { } pause ? [$"greet pause {pause} ms"] : Array.Empty<string>(),
        .. limits.ConnectionsPerMinute is { } rate ? [$"{rate} connections per minute"] : Array.Empty<string>(),
        .. limits.Connections is { } open ? [$"{open} connections at once"] : Array.Empty<string>(),
    ];
}
