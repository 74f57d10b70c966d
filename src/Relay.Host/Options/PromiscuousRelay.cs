namespace Relay.Host.Options;

/// <summary>Whether the relay is an open one (Sendmail: FEATURE(`promiscuous_relay')).</summary>
internal enum PromiscuousRelay
{
    Off = 0,

    /// <summary>Only with listeners that no other machine can reach.</summary>
    Loopback,

    /// <summary>Whatever the listeners are: an open relay to the world.</summary>
    Forced,
}
