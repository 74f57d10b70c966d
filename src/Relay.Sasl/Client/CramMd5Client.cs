using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Relay.Sasl.Client;

/// <summary>CRAM-MD5 (RFC 2195): <c>user SP hex(HMAC-MD5(password, challenge))</c>.</summary>
internal sealed class CramMd5Client(SaslSecret secret) : SaslClient
{
    private bool _answered;

    public override SaslMechanisms Mechanism => SaslMechanisms.CramMd5;

    [SuppressMessage("Security", "CA5351", Justification = "The mechanism is made of it; chosen behind better ones.")]
    public override bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer)
    {
        string digest = Convert.ToHexStringLower(HMACMD5.HashData(secret.Secret, challenge));
        answer = Utf8($"{secret.Identity} {digest}");
        (bool isFirst, _answered) = (!_answered, true);
        return isFirst && !challenge.IsEmpty;
    }
}
