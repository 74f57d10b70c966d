namespace Relay.Delivery.Client;

/// <summary>What a client connection waits for; names the timeout and the place of a failure.</summary>
internal enum ClientPhase : byte
{
    Idle,
    Resolve,
    Connect,
    Greeting,
    Hello,
    Auth,

    /// <summary>The reply to STARTTLS, and the handshake.</summary>
    StartTls,
    Reset,
    Mail,
    Rcpt,
    Data,

    /// <summary>Writing content; the final dot has not been handed to the socket yet.</summary>
    Content,

    /// <summary>The final dot may be on its way: a lost connection from here on leaves the outcome unknown.</summary>
    FinalDot,
    Quit,
}
