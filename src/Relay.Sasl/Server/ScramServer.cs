using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Relay.Sasl.Server;

/// <summary>
/// SCRAM-SHA-256 without channel binding (RFC 5802 §5, RFC 7677). The nonce is the server's own in every exchange, so
/// that an answer that was overheard proves nothing again.
/// </summary>
public sealed class ScramServer : SaslServer
{
    /// <summary>Octets of a client's nonce; more is not needed for anything.</summary>
    private const int NonceMax = 512;

    private const int NonceLength = 18;

    private readonly Func<byte[], ScramKeys> _find;
    private readonly string _nonce;
    private Phase _phase;
    private ScramKeys _keys = null!;
    private byte[] _bindingText = [];
    private string _firstBare = string.Empty;
    private string _serverFirst = string.Empty;

    /// <param name="find">The keys of a name; for a name that is not there, keys that nobody can prove.</param>
    public ScramServer(Func<byte[], ScramKeys> find)
        : this(find, Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceLength)))
    {
    }

    internal ScramServer(Func<byte[], ScramKeys> find, string nonce)
    {
        _find = find;
        _nonce = nonce;
    }

    private enum Phase
    {
        First,
        Final,
        Proved,
        Over,
    }

    public override SaslServerState Next(ReadOnlySpan<byte> message, bool isThere)
    {
        switch (_phase)
        {
            case Phase.First when !isThere:
                return SaslServerState.Challenge;
            case Phase.First:
                _phase = Phase.Over; // until the message is found good
                return TakeFirst(message);
            case Phase.Final:
                _phase = Phase.Over;
                return TakeFinal(message);
            case Phase.Proved:
                _phase = Phase.Over;
                return message.IsEmpty ? SaslServerState.Accepted : SaslServerState.Malformed;
            default:
                return SaslServerState.Refused;
        }
    }

    /// <summary><c>gs2-cbind-flag "," [authzid] "," username "," nonce ["," extensions]</c>.</summary>
    private SaslServerState TakeFirst(ReadOnlySpan<byte> message)
    {
        if (!System.Text.Unicode.Utf8.IsValid(message))
        {
            return SaslServerState.Malformed;
        }

        string text = Encoding.UTF8.GetString(message);
        string[] parts = text.Split(',');
        if (parts.Length < 4 || parts[0] is not ("n" or "y") || !TryName(parts[1], "a=", isOptional: true, out byte[] wanted)
            || !TryName(parts[2], "n=", isOptional: false, out byte[] name)
            || !parts[3].StartsWith("r=", StringComparison.Ordinal)
            || !IsNonce(parts[3].AsSpan(2)))
        {
            return SaslServerState.Malformed; // p=, channel binding, and m=, mandatory extensions, among it
        }

        if (!PreparedText.TryPrepare(name, out byte[] identity))
        {
            return SaslServerState.Malformed;
        }

        Identity = identity;
        if (!IsSame(wanted, name))
        {
            return SaslServerState.Refused;
        }

        _bindingText = Encoding.UTF8.GetBytes($"{parts[0]},{parts[1]},");
        _firstBare = text[(parts[0].Length + parts[1].Length + 2)..];
        _keys = _find(identity);
        _serverFirst = $"r={parts[3].AsSpan(2)}{_nonce},s={Convert.ToBase64String(_keys.Salt)},i={_keys.Iterations}";
        Challenge = Encoding.UTF8.GetBytes(_serverFirst);
        _phase = Phase.Final;
        return SaslServerState.Challenge;
    }

    /// <summary><c>channel-binding "," nonce ["," extensions] "," proof</c>.</summary>
    private SaslServerState TakeFinal(ReadOnlySpan<byte> message)
    {
        int at = message.LastIndexOf(",p="u8);
        if (at < 0 || !Ascii.IsValid(message))
        {
            return SaslServerState.Malformed;
        }

        string withoutProof = Encoding.ASCII.GetString(message[..at]);
        string[] parts = withoutProof.Split(',');
        byte[] proof = new byte[ScramKeys.Length + 2];
        if (parts.Length < 2 || !parts[0].StartsWith("c=", StringComparison.Ordinal)
            || !TryProof(message[(at + 3)..], proof, out int length) || length != ScramKeys.Length)
        {
            return SaslServerState.Malformed;
        }

        int nonceEnd = _serverFirst.IndexOf(',', StringComparison.Ordinal);
        if (parts[0][2..] != Convert.ToBase64String(_bindingText) || parts[1] != _serverFirst[..nonceEnd])
        {
            return SaslServerState.Refused; // another exchange's answer
        }

        byte[] signed = Encoding.UTF8.GetBytes($"{_firstBare},{_serverFirst},{withoutProof}");
        Span<byte> clientKey = proof.AsSpan(0, ScramKeys.Length);
        Xor(clientKey, HMACSHA256.HashData(_keys.StoredKey, signed));
        if (!CryptographicOperations.FixedTimeEquals(SHA256.HashData(clientKey), _keys.StoredKey))
        {
            return SaslServerState.Refused;
        }

        Challenge = [.. "v="u8, .. Base64Line.Encode(HMACSHA256.HashData(_keys.ServerKey, signed))];
        _phase = Phase.Proved;
        return SaslServerState.Challenge;
    }

    internal static void Xor(Span<byte> octets, ReadOnlySpan<byte> other)
    {
        for (int i = 0; i < octets.Length; i++)
        {
            octets[i] ^= other[i];
        }
    }

    private static bool TryProof(ReadOnlySpan<byte> text, Span<byte> proof, out int length) =>
        Base64.DecodeFromUtf8(text, proof, out int consumed, out length) == System.Buffers.OperationStatus.Done
        && consumed == text.Length;

    private static bool IsNonce(ReadOnlySpan<char> nonce) =>
        nonce.Length is > 0 and <= NonceMax && !nonce.ContainsAnyExceptInRange('!', '~');

    /// <summary><c>=2C</c> stands for a comma, <c>=3D</c> for an equals sign.</summary>
    private static bool TryName(string part, string prefix, bool isOptional, out byte[] name)
    {
        name = [];
        if (part.Length == 0)
        {
            return isOptional;
        }

        if (!part.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        string plain = part[prefix.Length..]
            .Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "\0", StringComparison.Ordinal);
        if (plain.Contains('=', StringComparison.Ordinal) || part.Contains('\0', StringComparison.Ordinal))
        {
            return false;
        }

        name = Encoding.UTF8.GetBytes(plain.Replace('\0', '='));
        return true;
    }
}
