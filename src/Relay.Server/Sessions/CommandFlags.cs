namespace Relay.Server.Sessions;

/// <summary>What the command table says of a verb.</summary>
[Flags]
internal enum CommandFlags : byte
{
    None = 0,

    /// <summary>Counts toward the limit on commands without mail.</summary>
    Idle = 1,

    /// <summary>Works in a session whose commands are refused otherwise (sendmail-style rejection).</summary>
    WhenRejected = 2,

    /// <summary>Arguments are a syntax error: 501 5.5.4.</summary>
    NoArguments = 4,

    /// <summary>May only end a pipelined group (RFC 2920 §3.1): input behind it is a protocol violation.</summary>
    EndsGroup = 8,
}
