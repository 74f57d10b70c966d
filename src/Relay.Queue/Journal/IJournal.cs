namespace Relay.Queue.Journal;

/// <summary>
/// One append-only, crash-safe log of checksummed records; addresses are positions in it and only grow. All members are
/// thread-safe. The engine above never sees FASTER.
/// </summary>
internal interface IJournal : IAsyncDisposable
{
    /// <summary>The largest body of one record.</summary>
    int BodyLengthMax { get; }

    /// <summary>
    /// None while records are taken. InsufficientStorage refuses new mail only; states may still be appended.
    /// </summary>
    MailQueueError Condition { get; }

    long BeginAddress { get; }

    long TailAddress { get; }

    /// <summary>Everything below is durable.</summary>
    long CommittedAddress { get; }

    /// <summary>
    /// Where a replay may start that must see everything not committed now: what a snapshot begun now keeps.
    /// </summary>
    JournalPosition CommittedPosition { get; }

    /// <summary>
    /// Everything below was durable before this opening: what is missing there is damage. What is missing above may
    /// never have been acknowledged. Equal to <see cref="BeginAddress"/> for a new log.
    /// </summary>
    long KnownDurableAddress { get; }

    long SegmentSize { get; }

    long BytesOnDisk { get; }

    long Commits { get; }

    /// <summary>Lowest queue id never given out before; ids are reserved durably in blocks (pitfall P8).</summary>
    ulong ReservedQueueIds { get; }

    /// <summary>Makes sure that ids below <paramref name="until"/> count as used after a crash.</summary>
    void ReserveQueueIds(ulong until);

    /// <summary>
    /// Appends a record and returns its address; synchronous unless the buffer is full. Not durable before a commit.
    /// </summary>
    /// <exception cref="MailQueueException">Storage failed or stopping.</exception>
    ValueTask<long> AppendAsync<TEntry>(RecordHeader header, TEntry entry)
        where TEntry : struct, IJournalEntry;

    /// <summary>Appends a record if the buffer has room now; never waits.</summary>
    /// <exception cref="MailQueueException">Storage failed or stopping.</exception>
    bool TryAppend<TEntry>(RecordHeader header, TEntry entry, out long address)
        where TEntry : struct, IJournalEntry;

    /// <summary>Joins the current batch: the waiter is called when everything appended before is durable.</summary>
    void Join(CommitWaiter waiter);

    /// <summary>Asks for a commit within the lazy interval (50 ms); for states that nobody waits for.</summary>
    void CommitLazily();

    /// <summary>Completes when everything appended before the call is durable.</summary>
    ValueTask CommitAsync();

    /// <summary>
    /// Reads the record at <paramref name="address"/> (durable or not) into <paramref name="buffer"/>, grown from the
    /// shared pool as needed, verifies it and returns its body's place in the buffer.
    /// </summary>
    /// <param name="lengthHint">The whole record's length if known, so that one read suffices; else 0.</param>
    /// <exception cref="MailQueueException">Damaged, or storage failed.</exception>
    ReadOnlyMemory<byte> Read(long address, int lengthHint, ref byte[] buffer, out RecordHeader header);

    /// <summary>Frees whole segments below the address, durably and in the background.</summary>
    void TruncateBefore(long address);
}
