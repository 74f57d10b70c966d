namespace Relay.Delivery.Client;

/// <summary>Why a session with a next hop is over.</summary>
internal enum SessionEnd : byte
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>The peer closed or reset the connection.</summary>
    Lost,

    /// <summary>The deadline of the phase passed.</summary>
    TimedOut,

    /// <summary>The peer sent what is no reply, or one that has no place here.</summary>
    Malformed,

    /// <summary>The peer announced the end with 421.</summary>
    ServiceClosing,

    /// <summary>The peer's refusal is one after which the route's next host is tried.</summary>
    NextHost,

    /// <summary>We ended it: stop, local failure.</summary>
    Aborted,
}
