using Relay.Delivery;
using Relay.Routing;
using Relay.Routing.Resolution;

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
        Expansion expansion = await AddressResolver.ExpandAsync(rules.Current, address, trace: null, cancellation);
        if (expansion.Refusal is [(byte)'4', ..])
        {
            throw new IOException("A notification's addressee cannot be looked up for now");
        }

        return expansion.Recipients is { Count: > 0 } recipients
            ? [.. recipients.Select(static r => (ReadOnlyMemory<byte>)r.Address)]
            : [address];
    }
}
