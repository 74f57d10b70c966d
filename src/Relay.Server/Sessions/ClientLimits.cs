using Relay.Server.Policies;
using Relay.Smtp.Replies;

namespace Relay.Server.Sessions;

/// <summary>
/// The limits on one client's connections (Sendmail: ratecontrol, conncontrol), by what was counted when it connected.
/// </summary>
internal static class ClientLimits
{
    private static readonly byte[] RateExceeded = WithoutLineEnd(Replies.ClientRateExceeded);
    private static readonly byte[] ConnectionsExceeded = WithoutLineEnd(Replies.ClientConnectionsExceeded);
    private static readonly byte[] RateExceededClosing = WithoutLineEnd(Replies.ConnectionRateExceeded);
    private static readonly byte[] ConnectionsExceededClosing = WithoutLineEnd(Replies.TooManyConnectionsFromAddress);

    /// <returns>The refusal without CRLF, or null within the limits.</returns>
    public static byte[]? Refusal(ClientIdentity client, in ConnectionDecision decision) =>
        decision.ClientRateMax > 0 && client.ConnectionRate > decision.ClientRateMax
            ? decision.LimitsTerminate ? RateExceededClosing : RateExceeded
        : decision.ClientConnectionsMax > 0 && client.OpenConnections > decision.ClientConnectionsMax
            ? decision.LimitsTerminate ? ConnectionsExceededClosing : ConnectionsExceeded
        : null;

    private static byte[] WithoutLineEnd(ReadOnlySpan<byte> reply) => reply.TrimEnd("\r\n"u8).ToArray();
}
