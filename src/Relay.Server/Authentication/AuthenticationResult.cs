namespace Relay.Server.Authentication;

/// <summary>What comes of a step of an exchange; each but the first ends it.</summary>
public enum AuthenticationResult : byte
{
    /// <summary>334: the client is to answer.</summary>
    Challenge = 0,

    /// <summary>235.</summary>
    Accepted = 1,

    /// <summary>
    /// 535 5.7.8: wrong password, unknown user, somebody else's identity: which of them is nobody's business.
    /// </summary>
    Failed = 2,

    /// <summary>501 5.5.2: not what the mechanism expects.</summary>
    Malformed = 3,

    /// <summary>454 4.7.0: our own trouble.</summary>
    TemporaryFailure = 4,

    /// <summary>454 4.7.0: too many failures of the address or the user.</summary>
    Throttled = 5,

    /// <summary>504 5.5.4.</summary>
    UnknownMechanism = 6,

    /// <summary>538 5.7.11: the mechanism would show the password to whoever listens.</summary>
    NeedsEncryption = 7,
}
