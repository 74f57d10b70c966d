namespace Relay.Host.Options;

/// <summary>Whether a sender's address permits relaying (Sendmail: FEATURE(`relay_mail_from')).</summary>
internal enum RelayMailFrom
{
    Off = 0,

    /// <summary>An entry <c>From:user@domain RELAY</c> does.</summary>
    Address,

    /// <summary>An entry <c>From:domain RELAY</c> does, too.</summary>
    Domain,
}
