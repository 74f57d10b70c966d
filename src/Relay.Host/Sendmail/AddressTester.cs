using System.Text;
using Relay.Host.Options;
using Relay.Routing;
using Relay.Routing.Resolution;
using Relay.Routing.Routes;
using Relay.Routing.Tracing;

namespace Relay.Host.Sendmail;

/// <summary>
/// Asks the rules where addresses go, with the code that sessions and deliveries use, in Sendmail's words.
/// </summary>
internal sealed class AddressTester(RoutingSnapshot rules, RelaySettings settings)
{
    private readonly RouteResolver _routes = new(new RoutingHolder(rules));

    /// <summary>One for each final address; an address that is refused, or goes to nobody, has one.</summary>
    /// <param name="address">The address.</param>
    /// <param name="debug">Hears of every rule that is asked.</param>
    public async Task<IReadOnlyList<AddressTarget>> ResolveAsync(string address, DebugTrace? debug = null)
    {
        byte[] forwardPath = Encoding.UTF8.GetBytes(address);
        var trace = new DecisionTrace();
        Expansion expansion = await AddressResolver.ExpandAsync(rules, forwardPath, trace, CancellationToken.None);
        debug?.Print(trace.Steps);
        if (expansion.Refusal is { } refusal)
        {
            return [new AddressTarget("error", string.Empty, address, Encoding.UTF8.GetString(refusal))];
        }

        IReadOnlyList<ExpandedRecipient> finals = expansion.Recipients ?? [new ExpandedRecipient(forwardPath, null)];
        return finals.Count == 0
            ? [new AddressTarget("discard", string.Empty, address, null)]
            : [.. finals.Select(final => TargetOf(final.Address, trace))];
    }

    private AddressTarget TargetOf(byte[] address, DecisionTrace trace)
    {
        _routes.TryResolve(address, out RecipientRoute found);
        Route route = found.Route;
        string user = Encoding.UTF8.GetString(found.Address ?? address);
        return route.Kind switch
        {
            RouteKind.Error => new AddressTarget("error", string.Empty, user, route.Text),
            RouteKind.Hold => new AddressTarget("quarantine", string.Empty, user, null),
            RouteKind.Discard => new AddressTarget("discard", string.Empty, user, null),
            RouteKind.Lmtp => new AddressTarget("lmtp", HostsOf(route), user, null),
            _ when route.IsMxRoute => new AddressTarget("esmtp", $"{route.Hosts[0].Host}.", user, null),
            _ when route.IsLiteral => new AddressTarget("esmtp", HostsOf(route), user, null),
            _ => new AddressTarget(MailerOf(user, trace), HostsOf(route), user, null),
        };
    }

    /// <summary>The mailer's name as the administrator wrote it; a host without one is of mailer relay.</summary>
    private string MailerOf(string user, DecisionTrace trace)
    {
        string domain = user[(user.LastIndexOf('@') + 1)..];
        TraceStep? step = trace.Steps.LastOrDefault(s => s.Rule == "mailertable"
            && s.Outcome.Contains("-> ", StringComparison.Ordinal)
            && s.Key.Equals(domain, StringComparison.OrdinalIgnoreCase));
        string written = step is not null
            ? step.Outcome[(step.Outcome.IndexOf("-> ", StringComparison.Ordinal) + 3)..]
            : trace.Steps.Any(static s => s.Rule == "SMART_HOST") ? settings.Get(RelayKeys.SmartHost).Text
            : string.Empty;
        int colon = written.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && !written.StartsWith('[') ? written[..colon] : "relay";
    }

    private static string HostsOf(Route route) => string.Join(':', route.Hosts.Select(static hop =>
        hop.UseMx ? $"{hop.Host}." : $"[{hop.Host}]"));
}
