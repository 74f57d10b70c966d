using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Relay.Sasl.Server;

namespace Relay.Sasl.Client;

/// <summary>
/// SCRAM-SHA-256 (RFC 5802, RFC 7677). The server, too, proves that it knows the password: without that its yes counts
/// for nothing.
/// </summary>
internal sealed class ScramClient : SaslClient
{
    private const int NonceLength = 18;
    private const string Header = "n,,";

    private readonly SaslSecret _secret;
    private readonly string _nonce;
    private readonly string _firstBare;
    private int _step;
    private byte[] _serverSignature = [];

    public ScramClient(SaslSecret secret)
        : this(secret, Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceLength)))
    {
    }

    internal ScramClient(SaslSecret secret, string nonce)
    {
        _secret = secret;
        _nonce = nonce;
        _firstBare = $"n={Escape(secret.Identity)},r={nonce}";
        IsComplete = false;
    }

    public override SaslMechanisms Mechanism => SaslMechanisms.ScramSha256;

    public override byte[] InitialResponse => Utf8(FirstHeader + _firstBare);

    private string FirstHeader => _secret.AuthorizationIdentity.Length == 0
        ? Header
        : $"n,a={Escape(_secret.AuthorizationIdentity)},";

    public override bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer)
    {
        answer = [];
        if (challenge.IsEmpty && _step == 0)
        {
            answer = InitialResponse; // a server that wanted none with the command asks for it
            return true;
        }

        return _step++ switch
        {
            0 => TryProve(challenge, out answer),
            1 => TryVerify(challenge),
            _ => false,
        };
    }

    private bool TryProve(ReadOnlySpan<byte> challenge, out byte[] answer)
    {
        answer = [];
        string serverFirst = Encoding.UTF8.GetString(challenge);
        string[] parts = serverFirst.Split(',');
        if (parts.Length < 3 || !parts[0].StartsWith($"r={_nonce}", StringComparison.Ordinal)
            || parts[0].Length <= _nonce.Length + 2
            || !parts[1].StartsWith("s=", StringComparison.Ordinal)
            || !Base64Line.TryDecode(Utf8(parts[1][2..]), out byte[] salt) || salt.Length == 0
            || !parts[2].StartsWith("i=", StringComparison.Ordinal)
            || !int.TryParse(parts[2].AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int iterations)
            || iterations is < ScramKeys.IterationsMin or > ScramKeys.IterationsMax)
        {
            ServerError = "the server's SCRAM challenge cannot be answered";
            return false;
        }

        byte[] salted = _secret.Salt(salt, iterations);
        byte[] clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        string withoutProof = $"c={Convert.ToBase64String(Utf8(FirstHeader))},{parts[0]}";
        byte[] signed = Utf8($"{_firstBare},{serverFirst},{withoutProof}");
        _serverSignature = HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), signed);
        ScramServer.Xor(clientKey, HMACSHA256.HashData(SHA256.HashData(clientKey), signed));
        answer = Utf8($"{withoutProof},p={Convert.ToBase64String(clientKey)}");
        return true;
    }

    private bool TryVerify(ReadOnlySpan<byte> challenge)
    {
        if (challenge.StartsWith("e="u8))
        {
            ServerError = Encoding.UTF8.GetString(challenge[2..]);
            return false;
        }

        byte[] expected = Base64Line.Encode(_serverSignature);
        ReadOnlySpan<byte> given = challenge.StartsWith("v="u8) ? challenge[2..] : default;
        int end = given.IndexOf((byte)',');
        IsComplete = CryptographicOperations.FixedTimeEquals(end < 0 ? given : given[..end], expected);
        ServerError = IsComplete ? string.Empty : "the server could not prove that it knows the password";
        return IsComplete;
    }

    private static string Escape(string name) => name
        .Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);
}
