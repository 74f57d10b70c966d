using Relay.Sasl;
using Relay.Sasl.Client;

namespace Relay.Delivery.Authentication;

/// <summary>
/// Who this relay is for a server: by a password, or by a token that is got when it is needed. Immutable; kept as long
/// as the entry that it was made of, so that what was computed or got stays.
/// </summary>
public sealed class ServerCredentials
{
    private readonly SaslSecret? _secret;
    private readonly string _identity;
    private readonly string _authorizationIdentity;

    /// <summary>By a password.</summary>
    /// <param name="secret">Name and password.</param>
    /// <param name="allowed">What the administrator allows; All for whatever fits.</param>
    public ServerCredentials(SaslSecret secret, SaslMechanisms allowed)
    {
        _secret = secret;
        _identity = secret.Identity;
        _authorizationIdentity = secret.AuthorizationIdentity;

        // EXTERNAL shows a certificate and no password: only for who names it.
        SaslMechanisms fitting = allowed == SaslMechanisms.All ? allowed & ~SaslMechanisms.External : allowed;
        Mechanisms = fitting & ~(SaslMechanisms.XOAuth2 | SaslMechanisms.OAuthBearer);
    }

    /// <summary>By a token.</summary>
    public ServerCredentials(
        string identity, string authorizationIdentity, ITokenSource tokens, SaslMechanisms allowed)
    {
        _identity = identity;
        _authorizationIdentity = authorizationIdentity;
        Tokens = tokens;
        Mechanisms = allowed & (SaslMechanisms.XOAuth2 | SaslMechanisms.OAuthBearer);
    }

    /// <summary>The mechanisms that these credentials are for.</summary>
    public SaslMechanisms Mechanisms { get; }

    /// <summary>Null for a password.</summary>
    public ITokenSource? Tokens { get; }

    /// <summary>The name, for the log.</summary>
    public string Identity => _identity;

    public override string ToString() => _identity;

    /// <summary>What is proved; with a token: that one.</summary>
    internal SaslSecret SecretOf(byte[]? token) =>
        _secret ?? new SaslSecret(_identity, token!, _authorizationIdentity);
}
