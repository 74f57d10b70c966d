namespace Relay.Routing.Verdicts;

/// <summary>What a check decides.</summary>
public enum VerdictKind : byte
{
    /// <summary>Nothing against it: the next check goes on.</summary>
    Accept = 0,

    /// <summary>
    /// As <see cref="Accept"/>, and later checks of the same kind are skipped: an OK or RELAY of the access table.
    /// </summary>
    Allow,

    /// <summary>Refused with the verdict's reply, for good (5xx) or for now (4xx).</summary>
    Refuse,

    /// <summary>Taken with 250 and dropped: the whole message, with all its recipients.</summary>
    Discard,

    /// <summary>Taken, and held in the queue with the verdict's reason (Sendmail: QUARANTINE).</summary>
    Hold,
}
