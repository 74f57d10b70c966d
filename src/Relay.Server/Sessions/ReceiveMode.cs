namespace Relay.Server.Sessions;

/// <summary>What the next octets of the client are.</summary>
internal enum ReceiveMode : byte
{
    Command = 0,

    /// <summary>The rest of a command line that was refused for its form.</summary>
    DiscardLine = 1,

    /// <summary>Content up to CRLF.CRLF (RFC 5321 §4.1.1.4).</summary>
    Data = 2,

    /// <summary>A chunk of known size (RFC 3030 §2).</summary>
    Bdat = 3,

    /// <summary>Answers to challenges (RFC 4954 §4).</summary>
    Authentication = 4,
}
