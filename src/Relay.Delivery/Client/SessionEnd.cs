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

    /// <summary>There was a reply too many: no telling which was to which command.</summary>
    OutOfStep,

    /// <summary>The peer announced the end with 421.</summary>
    ServiceClosing,

    /// <summary>The peer's refusal is one after which the route's next host is tried.</summary>
    NextHost,

    /// <summary>A refusal may have been meant for an earlier command: it is asked for again, afresh.</summary>
    Doubtful,

    /// <summary>We ended it: stop, local failure.</summary>
    Aborted,
}
