using Relay.Routing.Access;
using Relay.Routing.Resolution;
using Relay.Smtp.Addressing;

namespace Relay.Routing.Routes;

/// <summary>
/// Routes final addresses at delivery. Nothing is expanded here: virtusertable, aliases and domaintable were applied
/// at RCPT. Never waits, and finds known domains without allocating. Thread-safe.
/// </summary>
public sealed class RouteResolver(RoutingHolder rules) : IRouteResolver
{
    private static readonly Route TableFailure = new(RouteKind.Error, "table failure", [])
    {
        Text = "451 4.3.0 Temporary system failure. Please try again later.",
    };

    public bool TryResolve(ReadOnlySpan<byte> forwardPath, out RecipientRoute route)
    {
        RoutingSnapshot snapshot = rules.Current;
        if (!Postmaster.Is(forwardPath, snapshot.HostName))
        {
            route = Find(snapshot, forwardPath);
        }
        else if (snapshot.Postmaster is { } address)
        {
            RecipientRoute found = Find(snapshot, address);
            route = found.Address is null ? found with { Address = address } : found;
        }
        else
        {
            RecipientRoute found = Find(snapshot, forwardPath);
            route = found.Route == RouteFinder.UnknownUser ? new RecipientRoute(RouteFinder.HeldPostmaster) : found;
        }

        return true;
    }

    public ValueTask<RecipientRoute> ResolveAsync(ReadOnlyMemory<byte> forwardPath, CancellationToken cancellation)
    {
        TryResolve(forwardPath.Span, out RecipientRoute route);
        return ValueTask.FromResult(route);
    }

    private static RecipientRoute Find(RoutingSnapshot snapshot, ReadOnlySpan<byte> mailbox)
    {
        Span<byte> scratch = stackalloc byte[AddressParts.ScratchLength];
        AddressParts address = AddressParts.WithoutDomaintable(mailbox, scratch);
        if (!address.IsQualified || snapshot.IsLocal(address.Domain))
        {
            return FindLocal(snapshot, mailbox, address.LocalPart, address.IsQualified);
        }

        RouteFinder finder = snapshot.Routes;
        ResolvedTarget? target = finder.FindTarget(address.Domain, trace: null, out bool failed);
        return failed ? new RecipientRoute(TableFailure)
            : target is null ? new RecipientRoute(finder.DirectRoute(address.Domain))
            : target.Route is { } route ? new RecipientRoute(route, target.Mailbox)
            : FindLocal(snapshot, mailbox, target.LocalName ?? address.LocalPart, isQualified: false, target.LocalName);
    }

    private static RecipientRoute FindLocal(
        RoutingSnapshot snapshot,
        ReadOnlySpan<byte> mailbox,
        ReadOnlySpan<byte> name,
        bool isQualified,
        byte[]? otherName = null)
    {
        if (UnservedMember.TextOf(name) is { } text)
        {
            return new RecipientRoute(new Route(RouteKind.Error, $"no mailbox: {text}", []) { Text = text });
        }

        if (snapshot.Routes.LocalTarget(name, isQualified, trace: null) is not { } target)
        {
            return new RecipientRoute(RouteFinder.UnknownUser);
        }

        byte[]? address = snapshot.Routes.MailboxFor(target, name);
        if (address is null && (!isQualified || otherName is not null))
        {
            address = otherName is null && mailbox.Contains((byte)'@')
                ? null
                : Mailbox.Compose(name, snapshot.HostName);
        }

        return new RecipientRoute(target.Route!, address);
    }
}
