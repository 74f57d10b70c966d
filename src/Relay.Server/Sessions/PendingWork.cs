namespace Relay.Server.Sessions;

/// <summary>What a session waits for when its core returned a step that waits.</summary>
internal enum PendingWork : byte
{
    None = 0,

    /// <summary>The policy's decision about MAIL.</summary>
    Mail = 1,

    /// <summary>The policy's decision about RCPT.</summary>
    Rcpt = 2,

    /// <summary>The queue to take a piece of content.</summary>
    Append = 3,

    /// <summary>The queue to make the message durable.</summary>
    Accept = 4,

    /// <summary>The verifier's answer to VRFY or EXPN.</summary>
    Verify = 5,

    /// <summary>The authenticator's next step.</summary>
    Authenticate = 6,

    /// <summary>The delivery of the message just accepted, which its sender wants to see.</summary>
    Watch = 7,
}
