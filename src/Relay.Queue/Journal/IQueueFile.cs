namespace Relay.Queue.Journal;

/// <summary>One open file of the queue. Reads may run concurrently with everything, also with Dispose.</summary>
internal interface IQueueFile : IDisposable
{
    long Length { get; }

    /// <summary>Reads until the span is full or the file ends; returns the count.</summary>
    /// <exception cref="QueueFileException">The storage failed.</exception>
    int Read(long offset, Span<byte> destination);

    /// <summary>Writes all of it; durable on return if opened with <see cref="QueueFileMode.WriteThrough"/>.</summary>
    /// <exception cref="QueueFileException">The storage failed; how much was written is unknown.</exception>
    void Write(long offset, ReadOnlySpan<byte> source);

    /// <summary>Makes everything in the file durable, the page cache of other descriptors included.</summary>
    void Sync();
}
