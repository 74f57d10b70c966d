namespace Relay.Logging;

/// <summary>The events of the mail log: one line each.</summary>
public enum MailEventKind : byte
{
    Accepted,
    Delivered,
    Deferred,
    Bounced,
    Expired,
    Rejected,
    Held,
    Deleted,
    Discarded,

    /// <summary>Something about a session that carries no message (lost input channel, timeout, flood).</summary>
    Session,

    /// <summary>Start, stop, reload, damage, disk full and recovery: about the program.</summary>
    Daemon,

    /// <summary>An administrator let a held message go.</summary>
    Released,
}
