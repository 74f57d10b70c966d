namespace Relay.Queue.Journal;

/// <summary>
/// The directory that holds a queue: the lowest layer, replaced in tests by one that loses, tears and reorders writes.
/// Names are plain file names. Thread-safe.
/// </summary>
internal interface IQueueStore : IDisposable
{
    /// <summary>For messages to the operator.</summary>
    string Directory { get; }

    IReadOnlyList<string> List();

    /// <exception cref="QueueFileException">Also if the file is missing, or exists for Create.</exception>
    IQueueFile Open(string name, QueueFileMode mode);

    /// <summary>Replaces <paramref name="to"/> if it exists; durable after <see cref="SyncDirectory"/>.</summary>
    void Rename(string from, string to);

    void Delete(string name);

    /// <summary>Makes creations, renames and deletions durable.</summary>
    void SyncDirectory();
}
