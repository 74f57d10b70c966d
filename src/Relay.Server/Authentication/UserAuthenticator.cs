using System.Security.Cryptography;
using System.Text;
using Relay.Sasl;
using Relay.Sasl.Server;
using Relay.Server.Authentication.Dovecot;
using Relay.Server.Policies;
using Relay.Throttling;

namespace Relay.Server.Authentication;

/// <summary>
/// Authenticates by a directory of users: PLAIN, LOGIN, SCRAM-SHA-256, and EXTERNAL for a user whom a verified
/// certificate names. Users whom it does not know are asked of Dovecot, if it is there. Thread-safe.
/// </summary>
public sealed class UserAuthenticator : IAuthenticator, IDisposable
{
    /// <summary>What this does without asking anybody.</summary>
    private const SaslMechanisms Own =
        SaslMechanisms.Plain | SaslMechanisms.Login | SaslMechanisms.ScramSha256 | SaslMechanisms.External;

    private readonly byte[] _decoySecret = RandomNumberGenerator.GetBytes(ScramKeys.Length);
    private readonly byte[]?[] _offers = new byte[]?[(int)SaslMechanisms.All + 1];
    private readonly IUserDirectory _users;
    private readonly AuthenticationThrottle _throttle;
    private readonly PasswordChecker _checker;
    private volatile AuthenticationOptions _options;

    public UserAuthenticator(IUserDirectory users, Heartbeat heartbeat, AuthenticationOptions options)
        : this(users, heartbeat, options, run: null)
    {
    }

    internal UserAuthenticator(
        IUserDirectory users, Heartbeat heartbeat, AuthenticationOptions options, Func<Func<bool>, Task<bool>>? run)
    {
        _users = users;
        _options = options;
        _throttle = new AuthenticationThrottle(heartbeat);
        _checker = new PasswordChecker(heartbeat, options.ChecksMax, run);
    }

    /// <summary>The second source; null for none. The caller's to dispose of.</summary>
    public DovecotClient? Dovecot { get; init; }

    public bool IsAvailable => _users.IsConfigured || Dovecot is not null;

    /// <summary>New exchanges take these; the number of checks at once stays as it was at the start.</summary>
    public AuthenticationOptions Options
    {
        get => _options;
        set => _options = value;
    }

    internal PasswordChecker Checker => _checker;

    public ReadOnlyMemory<byte> Offer(ClientIdentity client)
    {
        SaslMechanisms mechanisms = MechanismsFor(client);
        return mechanisms == SaslMechanisms.None
            ? default
            : _offers[(int)mechanisms] ??= Encoding.ASCII.GetBytes(MechanismNames.Write(mechanisms));
    }

    public IAuthenticationExchange? Begin(
        ClientIdentity client, ReadOnlySpan<byte> mechanism, out AuthenticationStep refusal)
    {
        SaslMechanisms wanted = MechanismNames.Parse(mechanism);
        AuthenticationResult result = (wanted & MechanismsFor(client)) != 0
            ? _throttle.IsBarred(_options, client.Address)
                ? AuthenticationResult.Throttled
                : AuthenticationResult.Challenge
            : (wanted & _options.Mechanisms & SaslMechanisms.SendSecret) != 0 && IsAvailable
                ? AuthenticationResult.NeedsEncryption
                : AuthenticationResult.UnknownMechanism;
        refusal = new AuthenticationStep(result);
        return result != AuthenticationResult.Challenge ? null
            : (wanted & Own) == 0 ? new DovecotExchange(this, Dovecot!, client, wanted)
            : new UserExchange(this, client, Create(wanted, client), wanted);
    }

    public void Dispose() => _checker.Dispose();

    /// <summary>Who knows a user whom the directory does not know, by a mechanism; null if nobody else does.</summary>
    internal DovecotClient? FindElsewhere(byte[] user, SaslMechanisms mechanism) =>
        Dovecot is { } dovecot && (dovecot.Mechanisms & mechanism) != 0 && _users.Find(user) is null ? dovecot : null;

    /// <summary>The client has said who it is: may it go on?</summary>
    internal bool IsBarred(ClientIdentity client, byte[] user) => _throttle.IsBarred(_options, client.Address, user);

    internal void Count(ClientIdentity client, byte[] user, bool succeeded)
    {
        if (succeeded)
        {
            _throttle.Succeeded(client.Address, user);
        }
        else
        {
            _throttle.Failed(client.Address, user);
        }
    }

    /// <summary>Takes as long for a user who is not there.</summary>
    /// <returns>Null if too many are waiting for theirs.</returns>
    internal ValueTask<bool?> CheckAsync(byte[] user, byte[] password) =>
        _checker.CheckAsync(Encoding.UTF8.GetString(user), password, KeysOf(user));

    private SaslServer Create(SaslMechanisms mechanism, ClientIdentity client) => mechanism switch
    {
        SaslMechanisms.Plain => new PlainServer(),
        SaslMechanisms.Login => new LoginServer(),
        SaslMechanisms.ScramSha256 => new ScramServer(KeysOf),
        _ => new ExternalServer(Encoding.UTF8.GetBytes(CertificateUser(client)!)),
    };

    private ScramKeys KeysOf(byte[] user)
    {
        if (_users.Find(user) is { } keys)
        {
            return keys;
        }

        (int iterations, int saltLength) = _users.Usual;
        return ScramKeys.Decoy(_decoySecret, user, iterations, saltLength);
    }

    private SaslMechanisms MechanismsFor(ClientIdentity client)
    {
        AuthenticationOptions options = _options;
        SaslMechanisms elsewhere = (Dovecot?.Mechanisms ?? SaslMechanisms.None) & ~SaslMechanisms.External;
        if ((elsewhere & SaslMechanisms.Plain) != 0)
        {
            elsewhere |= SaslMechanisms.Login;
        }

        SaslMechanisms here = _users.IsConfigured ? Own : SaslMechanisms.None;
        SaslMechanisms mechanisms = options.Mechanisms & (here | elsewhere);
        if (client.Tls is null && !options.AllowPlaintext)
        {
            mechanisms &= ~SaslMechanisms.SendSecret;
        }

        return options.TrustsCertificates && CertificateUser(client) is { } name
            && _users.Find(Encoding.UTF8.GetBytes(name)) is not null
            ? mechanisms
            : mechanisms & ~SaslMechanisms.External;
    }

    /// <summary>The user whom the client's verified certificate names; null without such a certificate.</summary>
    private static string? CertificateUser(ClientIdentity client) =>
        client.Tls is { IsVerified: true, Certificate.CommonName: { Length: > 0 } name } ? name : null;
}
