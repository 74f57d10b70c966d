namespace Relay.Server.Policies;

/// <summary>Serves ETRN (RFC 1985): a client asks for delivery of what waits for a domain.</summary>
public interface IEtrnHandler
{
    /// <param name="client">Who asks.</param>
    /// <param name="node">The domain as sent, without its optional leading character.</param>
    /// <param name="option">The leading character (<c>@</c> or <c>#</c>), or 0.</param>
    EtrnResult Start(ClientIdentity client, ReadOnlySpan<byte> node, byte option);
}
