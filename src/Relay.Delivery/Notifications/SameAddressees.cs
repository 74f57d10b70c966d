namespace Relay.Delivery.Notifications;

/// <summary>Every address stands for itself.</summary>
internal sealed class SameAddressees : IAddressees
{
    public static SameAddressees Instance { get; } = new();

    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ResolveAsync(
        ReadOnlyMemory<byte> address, CancellationToken cancellation) => new([address]);
}
