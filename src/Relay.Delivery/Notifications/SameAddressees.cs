namespace Relay.Delivery.Notifications;

/// <summary>Every address stands for itself; a name without a domain is nobody's.</summary>
internal sealed class SameAddressees : IAddressees
{
    public static SameAddressees Instance { get; } = new();

    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ResolveAsync(
        ReadOnlyMemory<byte> address, CancellationToken cancellation) =>
        new(address.Span.Contains((byte)'@') ? [address] : []);
}
