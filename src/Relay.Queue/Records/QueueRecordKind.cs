namespace Relay.Queue.Records;

/// <summary>The kinds of records in the log. Persisted: explicit values, append only (docs/queue-format.md).</summary>
internal enum QueueRecordKind : byte
{
    /// <summary>A message exists: envelope, chunk addresses or inline content.</summary>
    Accept = 1,

    /// <summary>A piece of a message's content; nothing without its Accept.</summary>
    Chunk = 2,

    /// <summary>Recipients' states after an attempt, hold, release.</summary>
    State = 3,

    /// <summary>The message is finished.</summary>
    Done = 4,

    /// <summary>Chunks of an abandoned message: a hint for space accounting.</summary>
    Abort = 5,

    /// <summary>
    /// Nothing: recovery closed a gap of records that a crash left unwritten, or a commit filled its last sector. Never
    /// shown to a visitor.
    /// </summary>
    Void = 255,
}
