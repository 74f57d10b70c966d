using System.Security.Cryptography;
using System.Text;

namespace Relay.Host.Monitoring;

/// <summary>The secret that lets the page change the queue; only its hash is kept. Immutable.</summary>
internal sealed class AdminToken
{
    public const int LengthMin = 16;

    private readonly byte[] _hash;

    private AdminToken(byte[] hash) => _hash = hash;

    /// <exception cref="IOException">The file cannot be read, is open to others, or holds no secret.</exception>
    public static AdminToken Load(string path)
    {
        try
        {
            const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead
                | UnixFileMode.OtherWrite;
            if ((File.GetUnixFileMode(path) & Others) != 0)
            {
                throw new IOException($"{path}: others may read it; expected mode 0600");
            }

            string text = File.ReadAllText(path).Trim();
            return text.Length >= LengthMin
                ? new AdminToken(SHA256.HashData(Encoding.UTF8.GetBytes(text)))
                : throw new IOException($"{path}: expected a secret of at least {LengthMin} characters");
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"{path}: {exception.Message}", exception);
        }
    }

    public bool Matches(ReadOnlySpan<char> given)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(given.ToString()));
        return CryptographicOperations.FixedTimeEquals(hash, _hash);
    }
}
