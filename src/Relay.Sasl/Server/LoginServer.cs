namespace Relay.Sasl.Server;

/// <summary>
/// LOGIN: name and password, each asked for. An initial response is the name, as some clients send it.
/// </summary>
public sealed class LoginServer : SaslServer
{
    public override SaslServerState Next(ReadOnlySpan<byte> message, bool isThere)
    {
        if (!isThere)
        {
            Challenge = "Username:"u8.ToArray();
            return SaslServerState.Challenge;
        }

        if (!PreparedText.TryPrepare(message, out byte[] prepared))
        {
            return SaslServerState.Malformed;
        }

        if (Identity.Length == 0)
        {
            Identity = prepared;
            Challenge = "Password:"u8.ToArray();
            return SaslServerState.Challenge;
        }

        Password = prepared;
        return SaslServerState.Check;
    }
}
