using System.Globalization;
using System.Net;
using System.Text;
using Relay.Routing.Verdicts;
using Relay.Tables.Mailer;

namespace Relay.Routing.Routes;

/// <summary>A target of a table or option with its route. Immutable; one per target and set of rules.</summary>
internal sealed class ResolvedTarget
{
    private const int SmtpPort = 25;

    private ResolvedTarget(Route? route)
    {
        Route = route;
    }

    /// <summary>Null for <c>local:</c>.</summary>
    public Route? Route { get; }

    /// <summary>The mailbox that takes the recipient's place; null to leave it as it is.</summary>
    public byte[]? Mailbox { get; private init; }

    /// <summary>The name of <c>local:name</c>; null for the same one.</summary>
    public byte[]? LocalName { get; private init; }

    /// <summary>The domain that a hub gives to recipients where it rewrites them.</summary>
    public byte[] HostDomain { get; private init; } = [];

    public bool IsError => Route is { Kind: RouteKind.Error };

    /// <summary>Makes the route.</summary>
    /// <param name="target">The target.</param>
    /// <param name="isOwnName">
    /// Tells our own names: a host that is one on the usual port would be a loop and is left out.
    /// </param>
    /// <param name="port">The port of SMTP hosts that name none, where it is not the usual one.</param>
    /// <returns>Null if nothing is left of it.</returns>
    public static ResolvedTarget? Of(MailerTarget target, Func<string, bool> isOwnName, int port)
    {
        switch (target.Kind)
        {
            case MailerKind.Error:
                string text = Encoding.UTF8.GetString(ReplyText.Compose(target.Reply, address: null));
                return new ResolvedTarget(new Route(RouteKind.Error, $"error:{text}", []) { Text = text });
            case MailerKind.Discard:
                return new ResolvedTarget(new Route(RouteKind.Discard, "discard", []));
            case MailerKind.Local:
                return new ResolvedTarget(null)
                {
                    LocalName = target.User is null ? null : Encoding.UTF8.GetBytes(target.User),
                };
            default:
                return OfHosts(target, isOwnName, port);
        }
    }

    /// <summary>The one way to name hosts: equal lists of hosts are one destination.</summary>
    public static Route RouteTo(RouteKind kind, IReadOnlyList<NextHop> hops)
    {
        var name = new StringBuilder(kind == RouteKind.Lmtp ? "lmtp" : "smtp");
        for (int i = 0; i < hops.Count; i++)
        {
            NextHop hop = hops[i];
            bool isEqual = i > 0 && hop.Preference == hops[i - 1].Preference;
            name.Append(isEqual ? ',' : ':');
            if (hop.Host.StartsWith("unix:", StringComparison.Ordinal))
            {
                name.Append(hop.Host);
                continue;
            }

            name.Append(Bracket(hop)).Append(CultureInfo.InvariantCulture, $":{hop.Port}");
        }

        return new Route(kind, name.ToString(), hops);
    }

    private static ResolvedTarget? OfHosts(MailerTarget target, Func<string, bool> isOwnName, int port)
    {
        bool isLmtp = target.Kind == MailerKind.Lmtp;
        NextHop[] hops =
        [
            .. target.Hosts
                .Where(h => isLmtp || h.Port != SmtpPort || IPAddress.TryParse(h.Host, out _) || !isOwnName(h.Host))
                .Select(h => new NextHop(
                    h.Host, !isLmtp && h.Port == SmtpPort ? port : h.Port, h.UseMx, h.Preference)),
        ];
        if (hops.Length == 0)
        {
            return null;
        }

        string host = hops[0].Host;
        string domain = !IPAddress.TryParse(host, out _) ? host
            : host.Contains(':', StringComparison.Ordinal) ? $"[IPv6:{host}]"
            : $"[{host}]";
        return new ResolvedTarget(RouteTo(isLmtp ? RouteKind.Lmtp : RouteKind.Smtp, hops))
        {
            Mailbox = target.User is null ? null : Encoding.UTF8.GetBytes(target.User),
            HostDomain = host.StartsWith("unix:", StringComparison.Ordinal) ? [] : Encoding.ASCII.GetBytes(domain),
        };
    }

    private static string Bracket(NextHop hop) =>
        hop.UseMx ? hop.Host
        : hop.Host.Contains(':', StringComparison.Ordinal) ? $"[IPv6:{hop.Host}]"
        : $"[{hop.Host}]";
}
