using System.Security.Cryptography;

namespace Relay.Sasl.Client;

/// <summary>
/// Who a client is and how it proves that. Never shows its secret: neither as text nor to a debugger. Thread-safe.
/// </summary>
public sealed class SaslSecret
{
    private volatile Salted? _salted;

    /// <param name="identity">The authentication identity.</param>
    /// <param name="secret">The password or bearer token.</param>
    /// <param name="authorizationIdentity">Whom it acts for; empty or the same for itself.</param>
    public SaslSecret(string identity, byte[] secret, string authorizationIdentity = "")
    {
        Identity = identity;
        Secret = secret;
        AuthorizationIdentity = authorizationIdentity == identity ? string.Empty : authorizationIdentity;
    }

    public string Identity { get; }

    public string AuthorizationIdentity { get; }

    [System.Diagnostics.DebuggerBrowsable(System.Diagnostics.DebuggerBrowsableState.Never)]
    internal byte[] Secret { get; }

    public override string ToString() => Identity;

    /// <summary>SaltedPassword; computed once for a salt, which a server seldom changes.</summary>
    internal byte[] Salt(byte[] salt, int iterations)
    {
        Salted? known = _salted;
        if (known is null || known.Iterations != iterations || !known.Salt.AsSpan().SequenceEqual(salt))
        {
            known = new Salted(iterations, salt, Rfc2898DeriveBytes.Pbkdf2(
                Secret, salt, iterations, HashAlgorithmName.SHA256, ScramKeys.Length));
            _salted = known;
        }

        return known.Password;
    }

    private sealed class Salted(int iterations, byte[] salt, byte[] password)
    {
        public int Iterations { get; } = iterations;

        public byte[] Salt { get; } = salt;

        public byte[] Password { get; } = password;
    }
}
