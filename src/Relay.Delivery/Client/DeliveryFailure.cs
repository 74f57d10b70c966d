using Relay.Smtp.Replies;

namespace Relay.Delivery.Client;

/// <summary>Why there is no session with the next hop: a remote reply or our own finding.</summary>
/// <param name="Code">The remote reply's code; 0 for our own finding.</param>
/// <param name="Peer">The host concerned, <c>name [1.2.3.4]</c>; empty if none was reached.</param>
internal sealed record DeliveryFailure(
    bool IsPermanent,
    ushort Code,
    EnhancedStatusCode EnhancedCode,
    byte[] Text,
    byte[] Peer)
{
    /// <summary>
    /// The whole destination gets no mail for so long, and an administrator hears of it; zero for nothing.
    /// </summary>
    public TimeSpan SuspendsFor { get; init; }
}
