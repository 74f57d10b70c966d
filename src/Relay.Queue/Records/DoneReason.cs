namespace Relay.Queue.Records;

/// <summary>
/// Why a message left the queue: the one octet of a Done record. Informational; recovery only heeds the record.
/// Persisted: append only.
/// </summary>
internal enum DoneReason : byte
{
    /// <summary>Every recipient is terminal; at least one was delivered.</summary>
    Delivered = 1,

    /// <summary>Every recipient is terminal, none delivered.</summary>
    Undeliverable = 2,

    /// <summary>Removed by an administrator.</summary>
    Deleted = 3,

    /// <summary>Never acknowledged: it was on disk when its commit failed.</summary>
    Refused = 4,
}
