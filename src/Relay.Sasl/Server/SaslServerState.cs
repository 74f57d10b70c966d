namespace Relay.Sasl.Server;

/// <summary>What comes after a message of the client.</summary>
public enum SaslServerState : byte
{
    /// <summary>The challenge is to be sent, and answered.</summary>
    Challenge = 0,

    /// <summary>Name and password are known; whoever runs the exchange checks them, and decides.</summary>
    Check = 1,

    /// <summary>The identity is proved.</summary>
    Accepted = 2,

    /// <summary>Wrong proof, unknown user, or somebody else's identity wanted.</summary>
    Refused = 3,

    /// <summary>The message does not follow the mechanism's grammar.</summary>
    Malformed = 4,
}
