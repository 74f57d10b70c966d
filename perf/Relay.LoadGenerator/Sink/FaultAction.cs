namespace Relay.LoadGenerator.Sink;

/// <summary>What a fault does.</summary>
internal enum FaultAction
{
    /// <summary>Answers with a negative reply; 421 also ends the connection.</summary>
    Reply,

    /// <summary>Ends the connection without a reply.</summary>
    Drop,

    /// <summary>As <see cref="Drop"/>, by a TCP reset.</summary>
    Reset,

    /// <summary>Accepts the message and ends the connection without saying so.</summary>
    Vanish,

    /// <summary>Answers late.</summary>
    Slow,
}
