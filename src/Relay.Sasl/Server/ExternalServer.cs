namespace Relay.Sasl.Server;

/// <summary>EXTERNAL (RFC 4422, appendix A): the client is whom its certificate names.</summary>
/// <param name="proved">The name, out of a certificate that was verified.</param>
public sealed class ExternalServer(byte[] proved) : SaslServer
{
    public override SaslServerState Next(ReadOnlySpan<byte> message, bool isThere)
    {
        if (!isThere)
        {
            return SaslServerState.Challenge;
        }

        Identity = proved;
        return IsSame(message, proved) ? SaslServerState.Accepted : SaslServerState.Refused;
    }
}
