namespace Relay.Sasl.Client;

/// <summary>LOGIN: the first question is about the name, the second about the password, whatever their words.</summary>
internal sealed class LoginClient(SaslSecret secret) : SaslClient
{
    private int _asked;

    public override SaslMechanisms Mechanism => SaslMechanisms.Login;

    public override bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer)
    {
        answer = ++_asked == 1 ? Utf8(secret.Identity) : secret.Secret;
        return _asked <= 2;
    }
}
