namespace Relay.Delivery;

/// <summary>
/// Finds whom a notification is to be sent to: its addressee may be an alias here. Thread-safe.
/// </summary>
public interface IAddressees
{
    /// <summary>
    /// The final addresses, none if mail to it is dropped. An address that leads nowhere stands for itself: its
    /// notification then fails at delivery, where the administrator hears of it.
    /// </summary>
    /// <param name="address">
    /// A mailbox, or <c>postmaster</c> alone, which is nobody where no one is named for it.
    /// </param>
    /// <exception cref="IOException">They cannot be found for now.</exception>
    ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ResolveAsync(
        ReadOnlyMemory<byte> address, CancellationToken cancellation);
}
