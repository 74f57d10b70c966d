using System.Globalization;
using System.Text;

namespace Relay.Sasl.Client;

/// <summary>
/// OAUTHBEARER (RFC 7628) and XOAUTH2: a bearer token (RFC 6750) proves the identity. A refusal comes as a challenge
/// with JSON in it, which is answered so that the server can refuse the command.
/// </summary>
internal sealed class BearerClient(SaslMechanisms mechanism, SaslSecret secret, string host, int port) : SaslClient
{
    private const int ErrorLengthMax = 300;

    public override SaslMechanisms Mechanism => mechanism;

    public override byte[] InitialResponse => mechanism == SaslMechanisms.XOAuth2
        ? [.. Utf8($"user={secret.Identity}\u0001auth=Bearer "), .. secret.Secret, 1, 1]
        : [.. Utf8(Header), .. secret.Secret, 1, 1];

    private string Header =>
        $"n,a={Escape(secret.Identity)},\u0001host={host}\u0001port={port.ToString(CultureInfo.InvariantCulture)}"
        + "\u0001auth=Bearer ";

    public override bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer)
    {
        if (challenge.IsEmpty)
        {
            answer = InitialResponse; // a server that wanted none with the command asks for it
            return true;
        }

        ServerError = Encoding.UTF8.GetString(challenge[..Math.Min(challenge.Length, ErrorLengthMax)]);
        answer = mechanism == SaslMechanisms.XOAuth2 ? [] : [1];
        return true;
    }

    private static string Escape(string name) => name
        .Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);
}
