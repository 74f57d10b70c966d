using Relay.Delivery;
using Relay.Routing;
using Relay.Routing.Resolution;
using Relay.Smtp.Addressing;

namespace Relay.Host.Tables;

/// <summary>
/// Notifications go where mail to their addressee would: through domaintable, virtusertable and aliases. Thread-safe.
/// </summary>
internal sealed class RulesAddressees(RoutingHolder rules) : IAddressees
{
    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ResolveAsync(
        ReadOnlyMemory<byte> address, CancellationToken cancellation)
    {
        RoutingSnapshot snapshot = rules.Current;
        Expansion expansion = await AddressResolver.ExpandAsync(snapshot, address, trace: null, cancellation);
        if (expansion.Refusal is [(byte)'4', ..])
        {
            throw new IOException("A notification's addressee cannot be looked up for now");
        }

        // Mail to a postmaster whom nobody named is held; news for an administrator that nobody is need not be.
        bool isNobody = expansion is { Refusal: null, Recipients: null } && snapshot.Options.Postmaster is null
            && !Mailbox.TrySplit(address.Span, out _, out _);
        return isNobody ? []
            : expansion.Recipients is { } recipients
                ? [.. recipients.Select(static r => (ReadOnlyMemory<byte>)r.Address)]
            : [address];
    }
}
