using System.Security.Cryptography;

namespace Relay.Sasl;

/// <summary>
/// What a server keeps of a password (RFC 5802 §3, with SHA-256 by RFC 7677): it proves the password without telling
/// it. Immutable, thread-safe; equal only to itself.
/// </summary>
public sealed class ScramKeys
{
    /// <summary>Octets of SHA-256.</summary>
    public const int Length = 32;

    /// <summary>RFC 7677 §4: the least that a server should ask for.</summary>
    public const int IterationsMin = 4096;

    /// <summary>More keeps a processor busy for seconds, which a hostile server could ask of a client.</summary>
    public const int IterationsMax = 2_000_000;

    public ScramKeys(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(storedKey.Length, Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(serverKey.Length, Length);
        Iterations = iterations;
        Salt = salt;
        StoredKey = storedKey;
        ServerKey = serverKey;
    }

    public int Iterations { get; }

    /// <summary>Not to be changed.</summary>
    public byte[] Salt { get; }

    /// <summary>H(ClientKey). Not to be changed.</summary>
    public byte[] StoredKey { get; }

    /// <summary>Not to be changed.</summary>
    public byte[] ServerKey { get; }

    /// <summary>Makes the keys of a password. Takes as long as the iterations say.</summary>
    public static ScramKeys Derive(ReadOnlySpan<byte> password, byte[] salt, int iterations)
    {
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, Length);
        ScramKeys keys = OfSalted(salted, salt, iterations);
        CryptographicOperations.ZeroMemory(salted);
        return keys;
    }

    /// <summary>
    /// Keys that no password has, for a user who is not there: the salt is always the same one for a name, so that
    /// nobody learns from it who is there (RFC 5802 §5.1 leaves that to the server).
    /// </summary>
    /// <param name="secret">The server's own, random.</param>
    /// <param name="user">The name that was given.</param>
    /// <param name="iterations">As the users that there are have them.</param>
    /// <param name="saltLength">The same.</param>
    public static ScramKeys Decoy(byte[] secret, ReadOnlySpan<byte> user, int iterations, int saltLength)
    {
        byte[] salt = HMACSHA256.HashData(secret, user);
        return new ScramKeys(
            iterations,
            salt[..Math.Clamp(saltLength, 1, salt.Length)],
            RandomNumberGenerator.GetBytes(Length),
            RandomNumberGenerator.GetBytes(Length));
    }

    /// <summary>True for the password that the keys were made of. Takes as long as the iterations say.</summary>
    public bool Matches(ReadOnlySpan<byte> password)
    {
        byte[] storedKey = Derive(password, Salt, Iterations).StoredKey;
        return CryptographicOperations.FixedTimeEquals(storedKey, StoredKey);
    }

    /// <param name="salted">SaltedPassword.</param>
    internal static ScramKeys OfSalted(ReadOnlySpan<byte> salted, byte[] salt, int iterations) => new(
        iterations,
        salt,
        SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8)),
        HMACSHA256.HashData(salted, "Server Key"u8));
}
