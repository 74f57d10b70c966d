namespace Relay.Queue;

/// <summary>The kinds of <see cref="MailQueueIncident"/>.</summary>
public enum MailQueueIncidentKind
{
    /// <summary>What recovery found; informational.</summary>
    Recovered,

    /// <summary>A message's stored form is damaged; it was quarantined.</summary>
    MessageDamaged,

    /// <summary>A record of the log is damaged and its message unknown.</summary>
    RecordDamaged,

    /// <summary>The storage failed or works again; the queue goes on by itself.</summary>
    Storage,

    /// <summary>A snapshot of the index could not be used or written; the log makes good for it.</summary>
    SnapshotFailed,

    /// <summary>The consumer threw instead of taking a ready message, which it is told of again.</summary>
    ConsumerFailed,
}
