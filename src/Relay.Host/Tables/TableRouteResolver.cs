using System.Text;
using Relay.Routing.Routes;
using Relay.Smtp.Addressing;

namespace Relay.Host.Tables;

/// <summary>
/// Finds the route of a recipient: mailertable (domain, <c>.parent</c>…, <c>.</c>), else the smart host. An address
/// literal skips mailertable and, without a smart host, is its own next hop. Postmaster goes to the address configured
/// for it or is held. Until MX records are looked up, a domain without a route is deferred. Routes of known domains are
/// found without allocating. Thread-safe.
/// </summary>
internal sealed class TableRouteResolver(TableStore tables) : IRouteResolver
{
    /// <summary>Deferred, not refused: an administrator who adds the route gets the mail delivered.</summary>
    internal static readonly Route NoRoute = new(RouteKind.Error, "none", [])
    {
        Text = "451 4.4.0 no route",
    };

    internal static readonly Route HeldPostmaster = new(RouteKind.Hold, "postmaster", [])
    {
        Text = "no address is configured for postmaster: set \"postmaster\" and release the message",
    };

    public bool TryResolve(ReadOnlySpan<byte> forwardPath, out RecipientRoute route)
    {
        TableSet set = tables.Current;
        if (Postmaster.Is(forwardPath, set.HostName))
        {
            return TryResolvePostmaster(set, out route);
        }

        route = default;
        Route? found = Find(set, forwardPath, out bool isLiteral);
        if (found is null && isLiteral)
        {
            return false;
        }

        route = new RecipientRoute(found ?? NoRoute);
        return true;
    }

    public ValueTask<RecipientRoute> ResolveAsync(ReadOnlyMemory<byte> forwardPath, CancellationToken cancellation)
    {
        TableSet set = tables.Current;
        byte[]? address = null;
        if (Postmaster.Is(forwardPath.Span, set.HostName))
        {
            if (set.PostmasterAddress is null)
            {
                return ValueTask.FromResult(new RecipientRoute(HeldPostmaster));
            }

            address = set.PostmasterAddress;
            forwardPath = address;
        }

        Route route = Find(set, forwardPath.Span, out bool isLiteral)
            ?? (isLiteral ? DirectTo(forwardPath.Span) : null)
            ?? NoRoute;
        return ValueTask.FromResult(new RecipientRoute(route, address));
    }

    private static bool TryResolvePostmaster(TableSet set, out RecipientRoute route)
    {
        if (set.PostmasterAddress is not { } address)
        {
            route = new RecipientRoute(HeldPostmaster);
            return true;
        }

        Route? found = Find(set, address, out bool isLiteral);
        route = new RecipientRoute(found ?? NoRoute, address);
        return found is not null || !isLiteral;
    }

    private static Route? Find(TableSet set, ReadOnlySpan<byte> mailbox, out bool isLiteral)
    {
        isLiteral = false;
        if (!Mailbox.TrySplit(mailbox, out _, out ReadOnlySpan<byte> domain) || domain.IsEmpty)
        {
            return null;
        }

        isLiteral = domain[0] == (byte)'[';
        if (isLiteral)
        {
            return set.SmartHost;
        }

        Span<byte> scratch = stackalloc byte[DomainName.LengthMax];
        return set.Routes.Find(DomainName.Fold(domain, scratch)) ?? set.SmartHost;
    }

    private static Route? DirectTo(ReadOnlySpan<byte> mailbox)
    {
        bool isSplit = Mailbox.TrySplit(mailbox, out _, out ReadOnlySpan<byte> domain);
        return isSplit && domain is [(byte)'[', .. var literal, (byte)']']
            && RouteParser.TryHost(Encoding.ASCII.GetString(literal), out string host)
            && System.Net.IPAddress.TryParse(host, out _)
            ? RouteParser.Create(RouteKind.Smtp, host, 25)
            : null;
    }
}
