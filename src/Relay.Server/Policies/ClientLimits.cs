using Relay.Smtp.Replies;

namespace Relay.Server.Policies;

/// <summary>
/// The limits on one client's connections (Sendmail: ratecontrol, conncontrol), by what was counted when it connected.
/// The server asks behind the connection policy; a policy that asks itself, before its block lists, has Sendmail's
/// order and spares their questions.
/// </summary>
public static class ClientLimits
{
    private static readonly byte[] RateExceeded = WithoutLineEnd(Replies.ClientRateExceeded);
    private static readonly byte[] ConnectionsExceeded = WithoutLineEnd(Replies.ClientConnectionsExceeded);
    private static readonly byte[] RateExceededClosing = WithoutLineEnd(Replies.ConnectionRateExceeded);
    private static readonly byte[] ConnectionsExceededClosing = WithoutLineEnd(Replies.TooManyConnectionsFromAddress);

    /// <param name="rateMax">Connections per 60 seconds; 0 is unlimited.</param>
    /// <param name="connectionsMax">Open connections; 0 is unlimited.</param>
    /// <param name="terminate">421 rather than 452.</param>
    /// <returns>The refusal without CRLF, not to be changed; null within the limits.</returns>
    public static byte[]? Refusal(ClientIdentity client, int rateMax, int connectionsMax, bool terminate) =>
        rateMax > 0 && client.ConnectionRate > rateMax ? terminate ? RateExceededClosing : RateExceeded
        : connectionsMax > 0 && client.OpenConnections > connectionsMax
            ? terminate ? ConnectionsExceededClosing : ConnectionsExceeded
        : null;

    private static byte[] WithoutLineEnd(ReadOnlySpan<byte> reply) => reply.TrimEnd("\r\n"u8).ToArray();
}
