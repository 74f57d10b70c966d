namespace Relay.Queue.Journal;

/// <summary>How a file of the queue is opened. Only <see cref="Create"/> makes files.</summary>
internal enum QueueFileMode
{
    /// <summary>Never creates: a missing file is an error, not an empty one (pitfall P11).</summary>
    Read,

    /// <summary>Each write is durable when it returns (O_DSYNC); never creates.</summary>
    WriteThrough,

    /// <summary>
    /// A new, empty file, 0600, for plain writes and <see cref="IQueueFile.Sync"/>; fails if it exists.
    /// </summary>
    Create,

    /// <summary>
    /// As <see cref="Create"/>, past the page cache where the file system can (O_DIRECT): for whole sectors of 4096
    /// octets from memory that begins at one.
    /// </summary>
    CreateUncached,
}
