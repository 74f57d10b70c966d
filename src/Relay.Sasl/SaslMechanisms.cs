namespace Relay.Sasl;

/// <summary>The mechanisms that this relay knows (IANA: SASL Mechanisms), as server, as client or as both.</summary>
[Flags]
public enum SaslMechanisms
{
    None = 0,

    /// <summary>RFC 4616. Sends the password: only where nobody listens.</summary>
    Plain = 1,

    /// <summary>draft-murchison-sasl-login: obsolete, and what old clients know. Sends the password.</summary>
    Login = 2,

    /// <summary>RFC 2195. Client only: a server would have to keep passwords readable.</summary>
    CramMd5 = 4,

    /// <summary>RFC 7677.</summary>
    ScramSha256 = 8,

    /// <summary>RFC 4422, appendix A: who the client is was shown by its certificate.</summary>
    External = 16,

    /// <summary>Google's and Microsoft's predecessor of OAUTHBEARER. Client only.</summary>
    XOAuth2 = 32,

    /// <summary>RFC 7628. Client only.</summary>
    OAuthBearer = 64,

    /// <summary>Those that send something which works again for whoever reads it.</summary>
    SendSecret = Plain | Login | XOAuth2 | OAuthBearer,

    All = Plain | Login | CramMd5 | ScramSha256 | External | XOAuth2 | OAuthBearer,
}
