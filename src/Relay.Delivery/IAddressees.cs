namespace Relay.Delivery;

/// <summary>
/// Finds whom a notification is to be sent to: its addressee may be an alias here. Thread-safe.
/// </summary>
public interface IAddressees
{
    /// <summary>The final addresses, at least one; an address that leads nowhere stands for itself.</summary>
    /// <param name="address">A mailbox, or <c>postmaster</c>.</param>
    /// <exception cref="IOException">They cannot be found for now.</exception>
    ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ResolveAsync(
        ReadOnlyMemory<byte> address, CancellationToken cancellation);
}
