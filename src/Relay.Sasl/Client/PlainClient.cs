namespace Relay.Sasl.Client;

/// <summary>PLAIN (RFC 4616).</summary>
internal sealed class PlainClient(SaslSecret secret) : SaslClient
{
    public override SaslMechanisms Mechanism => SaslMechanisms.Plain;

    public override byte[] InitialResponse =>
        [.. Utf8(secret.AuthorizationIdentity), 0, .. Utf8(secret.Identity), 0, .. secret.Secret];

    public override bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer)
    {
        answer = InitialResponse; // a server that wanted none with the command asks for it
        return challenge.IsEmpty;
    }
}
