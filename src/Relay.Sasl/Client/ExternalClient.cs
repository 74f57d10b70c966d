namespace Relay.Sasl.Client;

/// <summary>EXTERNAL (RFC 4422, appendix A): the certificate says who it is.</summary>
internal sealed class ExternalClient(SaslSecret secret) : SaslClient
{
    public override SaslMechanisms Mechanism => SaslMechanisms.External;

    public override byte[] InitialResponse => Utf8(secret.AuthorizationIdentity);

    public override bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer)
    {
        answer = InitialResponse;
        return challenge.IsEmpty;
    }
}
