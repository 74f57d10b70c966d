namespace Relay.Server.Sessions;

/// <summary>What a session is waiting for; says which timeout counts.</summary>
internal enum SessionPhase : byte
{
    /// <summary>Nothing of the peer: our own policy or queue is at work.</summary>
    Working = 0,

    /// <summary>A command.</summary>
    Command = 1,

    /// <summary>Content of DATA or BDAT.</summary>
    Content = 2,

    /// <summary>The peer to read our replies.</summary>
    Reply = 3,

    /// <summary>The peer to go on with the TLS handshake.</summary>
    Handshake = 4,
}
