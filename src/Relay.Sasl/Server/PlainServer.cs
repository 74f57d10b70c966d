namespace Relay.Sasl.Server;

/// <summary>PLAIN (RFC 4616): <c>[authzid] NUL authcid NUL passwd</c>.</summary>
public sealed class PlainServer : SaslServer
{
    public override SaslServerState Next(ReadOnlySpan<byte> message, bool isThere)
    {
        if (!isThere)
        {
            return SaslServerState.Challenge;
        }

        int first = message.IndexOf((byte)0);
        int second = first < 0 ? -1 : message[(first + 1)..].IndexOf((byte)0);
        if (second < 0)
        {
            return SaslServerState.Malformed;
        }

        ReadOnlySpan<byte> wanted = message[..first];
        ReadOnlySpan<byte> name = message.Slice(first + 1, second);
        ReadOnlySpan<byte> password = message[(first + second + 2)..];
        if (!PreparedText.TryPrepare(name, out byte[] identity) || !PreparedText.TryPrepare(password, out byte[] secret))
        {
            return SaslServerState.Malformed;
        }

        Identity = identity;
        Password = secret;
        return IsSame(wanted, name) ? SaslServerState.Check : SaslServerState.Refused;
    }
}
