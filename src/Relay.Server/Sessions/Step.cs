namespace Relay.Server.Sessions;

/// <summary>What the synchronous core of a session asks of its loop.</summary>
internal enum Step : byte
{
    /// <summary>Go on with the next octets at once.</summary>
    Continue = 0,

    /// <summary>Everything that can be done with the input is done: flush and read.</summary>
    NeedData = 1,

    /// <summary>A policy must decide first; see <see cref="PendingStep.ResumePolicyAsync"/>.</summary>
    WaitForPolicy = 2,

    /// <summary>The queue must answer first; see <see cref="PendingStep.Queue"/>.</summary>
    WaitForQueue = 3,

    /// <summary>Many replies have gathered: flush them, then go on with the same input.</summary>
    Flush = 4,

    /// <summary>Flush and close.</summary>
    Close = 5,

    /// <summary>
    /// Flush, wait for <see cref="PendingStep.Delay"/>, then go on with the same input.
    /// </summary>
    Delay = 6,

    /// <summary>Flush, run the TLS handshake, then go on as a new session.</summary>
    StartTls = 7,

    /// <summary>The client is another one: ask the connection policy and greet, as at the beginning.</summary>
    Greet = 8,
}
