using Relay.Routing.Access;
using Relay.Routing.Routes;
using Relay.Routing.Tracing;
using Relay.Routing.Verdicts;

namespace Relay.Routing.Resolution;

/// <summary>
/// Turns a recipient into the final ones, at RCPT: domaintable, virtusertable, aliases with their lists, hub and relay,
/// and what mailertable refuses. VRFY and EXPN ask the same. A recipient in another domain that nothing rewrites
/// completes at once and allocates nothing; a list in a file is read without blocking. Thread-safe.
/// </summary>
public static class AddressResolver
{
    /// <param name="snapshot">The rules.</param>
    /// <param name="forwardPath">The mailbox without brackets; unchanged until the task completes.</param>
    /// <param name="trace">Takes what was consulted; null for none.</param>
    /// <param name="cancellation">The client is gone.</param>
    public static ValueTask<Expansion> ExpandAsync(
        RoutingSnapshot snapshot,
        ReadOnlyMemory<byte> forwardPath,
        DecisionTrace? trace,
        CancellationToken cancellation)
    {
        if (trace is not null)
        {
            trace.Check = "resolve";
        }

        return TryDecide(snapshot, forwardPath, trace, out Expansion expansion)
            ? ValueTask.FromResult(expansion)
            : new RecipientExpander(snapshot, forwardPath.ToArray(), trace).RunAsync(cancellation);
    }

    /// <summary>The common case: somebody else's domain, by mailertable, smart host or MX.</summary>
    private static bool TryDecide(
        RoutingSnapshot snapshot, ReadOnlyMemory<byte> forwardPath, DecisionTrace? trace, out Expansion expansion)
    {
        expansion = default;
        Span<byte> scratch = stackalloc byte[AddressParts.ScratchLength];
        AddressParts address = AddressParts.WithoutDomaintable(forwardPath.Span, scratch);
        if (!address.IsQualified || address.Domain.IsEmpty || forwardPath.Span[^1] == (byte)'.' || snapshot.IsLocal(address.Domain)
            || snapshot.IsVirtual(address.Domain)
            || snapshot.Tables.Domaintable.Find(address.Domain, out _) != Relay.Tables.LookupResult.NotFound)
        {
            return false;
        }

        ResolvedTarget? target = snapshot.Routes.FindTarget(address.Domain, trace, out bool failed);
        if (failed)
        {
            expansion = Expansion.Refuse(ReplyText.Compose(AccessVerdict.TemporaryFailure, forwardPath));
            return true;
        }

        if (target is { Route: null })
        {
            return false; // local:
        }

        if (target is { IsError: true })
        {
            expansion = Expansion.Refuse(ReplyText.Compose(target.Route!.Text, forwardPath));
        }
        else if (trace is not null && target is null)
        {
            trace.Add("MX", address.Domain, snapshot.Routes.DirectRoute(address.Domain).Name);
        }

        return true;
    }
}
