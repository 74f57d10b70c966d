using System.Buffers;
using FASTER.core;
using Relay.Queue.Records;

namespace Relay.Queue.Journal;

/// <summary>
/// The durable journal: FASTER's log as a concurrent append buffer and address space over our own segments, commit
/// thread, super-block and recovery (docs/queue-format.md, docs/adr/0003-faster-journal.md). Thread-safe.
/// </summary>
internal sealed class FasterJournal : IJournal
{
    private readonly JournalResources _resources;
    private readonly FasterLog _log;
    private readonly Segments _segments;
    private readonly SegmentKeeper _keeper;
    private readonly Committer _committer;
    private readonly SuperBlockFile _superBlock;
    private readonly uint _salt;
    private readonly uint _generation;
    private readonly int _pageSize;
    private volatile bool _stopped;

    internal FasterJournal(JournalResources resources, Committer committer, long knownDurable)
    {
        _resources = resources;
        _log = resources.Log;
        _segments = resources.Segments;
        _keeper = resources.Keeper;
        _superBlock = resources.SuperBlock;
        _committer = committer;
        SuperBlock block = _superBlock.Current;
        _salt = block.Salt;
        _generation = block.Generation;
        _pageSize = block.PageSize;
        KnownDurableAddress = knownDurable;
    }

    public int BodyLengthMax => _pageSize - (int)LogFormat.FirstAddress - LogFormat.EntryLengthMin;

    public MailQueueError Condition
    {
        get
        {
            if (_stopped)
            {
                return MailQueueError.Stopping;
            }

            MailQueueError stall = _committer.Stall;
            if (stall == MailQueueError.StorageFailed)
            {
                return stall;
            }

            // Not a spare segment left: what remains of the last one is for states, so that the queue can drain.
            return stall != MailQueueError.None || _keeper.Failure != MailQueueError.None
                ? MailQueueError.InsufficientStorage
                : MailQueueError.None;
        }
    }

    public long BeginAddress => _superBlock.Current.Begin;

    public long TailAddress => _log.TailAddress;

    public long CommittedAddress => _log.FlushedUntilAddress;

    public JournalPosition CommittedPosition => new(CommittedAddress, _generation);

    public long KnownDurableAddress { get; }

    public long SegmentSize => _segments.SegmentSize;

    public long BytesOnDisk => _segments.BytesOnDisk;

    public long Commits => _committer.Commits;

    public ulong ReservedQueueIds => _superBlock.Current.ReservedQueueIds;

    /// <summary>Opens the queue's log, or makes a new one, and shows every record of it to the visitor.</summary>
    /// <param name="replayFrom">From a snapshot's <see cref="CommittedPosition"/>; default for all there is.</param>
    /// <exception cref="MailQueueException">
    /// In use, no space, or <see cref="MailQueueError.Damaged"/>: acknowledged records are missing and starting would
    /// forget them; the message names the file and the remedy.
    /// </exception>
    public static FasterJournal Open(
        JournalOptions options, IRecordVisitor visitor, JournalPosition replayFrom = default)
        => JournalOpening.Open(options, visitor, replayFrom);

    public void ReserveQueueIds(ulong until)
    {
        try
        {
            if (until > ReservedQueueIds)
            {
                _superBlock.UpdateBoth(
                    block => block with { ReservedQueueIds = Math.Max(block.ReservedQueueIds, until) });
            }
        }
        catch (QueueFileException failure)
        {
            throw new MailQueueException(failure.QueueError, "Queue ids cannot be reserved.", failure);
        }
    }

    public ValueTask<long> AppendAsync<TEntry>(RecordHeader header, TEntry entry)
        where TEntry : struct, IJournalEntry
    {
        LogEntry<TEntry> record = NewRecord(header, entry);
        if (_log.TryEnqueue(record, out long address))
        {
            EntryFailure.ThrowIfAny();
            return new ValueTask<long>(address);
        }

        return AppendWhenFlushedAsync(record, header.Kind);
    }

    public bool TryAppend<TEntry>(RecordHeader header, TEntry entry, out long address)
        where TEntry : struct, IJournalEntry
    {
        bool appended = _log.TryEnqueue(NewRecord(header, entry), out address);
        EntryFailure.ThrowIfAny();
        return appended;
    }

    public void Join(CommitWaiter waiter) => _committer.Join(waiter);

    public void CommitLazily() => _committer.CommitLazily();

    public ValueTask CommitAsync()
    {
        if (_log.FlushedUntilAddress >= _log.TailAddress)
        {
            return ValueTask.CompletedTask;
        }

        var waiter = new TaskWaiter();
        Join(waiter);
        return new ValueTask(waiter.Task);
    }

    public ReadOnlyMemory<byte> Read(long address, int lengthHint, ref byte[] buffer, out RecordHeader header)
    {
        if (address < BeginAddress || address >= _log.TailAddress)
        {
            throw Damaged(address);
        }

        _committer.AwaitFlush(address);
        try
        {
            return ReadRecord(address, lengthHint, ref buffer, out header);
        }
        catch (Exception failure) when (failure is QueueFileException or ObjectDisposedException)
        {
            MailQueueError error = failure is QueueFileException { IsMissing: false }
                ? MailQueueError.StorageFailed
                : MailQueueError.Damaged;
            throw new MailQueueException(error, $"The record at address {address} cannot be read.", failure);
        }
    }

    public void TruncateBefore(long address) => _keeper.TruncateBefore(Math.Min(address, CommittedAddress));

    public async ValueTask DisposeAsync()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        await _committer.StopAsync();
        bool isClean = _log.FlushedUntilAddress == _log.TailAddress;
        try
        {
            await _keeper.StopAsync(isClean);
        }
        finally
        {
            _resources.Dispose();
        }
    }

    private static MailQueueException Damaged(long address)
        => new(MailQueueError.Damaged, $"No valid record at address {address}.");

    private LogEntry<TEntry> NewRecord<TEntry>(RecordHeader header, TEntry entry)
        where TEntry : struct, IJournalEntry
    {
        int bodyLength = entry.BodyLength;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bodyLength, BodyLengthMax);
        ThrowIfRefused(header.Kind);
        return new LogEntry<TEntry>(_log, header, entry, bodyLength, _salt, _generation);
    }

    private ReadOnlyMemory<byte> ReadRecord(long address, int lengthHint, ref byte[] buffer, out RecordHeader header)
    {
        long offset = address % _segments.SegmentSize;
        int inPage = _pageSize - (int)(address % _pageSize);
        IQueueFile file = _segments.GetReader(_segments.NumberOf(address));
        int wanted = Math.Min(inPage, lengthHint > 0 ? LogFormat.EntryHeaderLength + lengthHint : SegmentDevice.Sector);
        Grow(ref buffer, wanted, keep: 0);
        int count = file.Read(offset, buffer.AsSpan(0, wanted));
        int payload = count < LogFormat.EntryLengthMin ? 0 : LogFormat.ReadPayloadLength(buffer);
        int length = LogFormat.EntryHeaderLength + payload;
        if (payload < RecordLayout.Length || length > inPage)
        {
            throw Damaged(address);
        }

        if (length > count)
        {
            Grow(ref buffer, length, keep: count);
            count += file.Read(offset + count, buffer.AsSpan(count, length - count));
        }

        ReadOnlySpan<byte> record = buffer.AsSpan(LogFormat.EntryHeaderLength, payload);
        if (count < length
            || !RecordLayout.IsPlausible(record, address, new RecordLimits(0, _generation, _segments.SegmentSize))
            || !RecordLayout.TryOpen(record, _salt, out RecordLayout layout))
        {
            throw Damaged(address);
        }

        header = layout.Header;
        return buffer.AsMemory(LogFormat.EntryLengthMin, layout.BodyLength);
    }

    private static void Grow(ref byte[] buffer, int length, int keep)
    {
        if (buffer.Length >= length)
        {
            return;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(length);
        buffer.AsSpan(0, keep).CopyTo(larger);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        buffer = larger;
    }

    /// <summary>The buffer is full: waits for a page to be written rather than spin (pitfall P6).</summary>
    private async ValueTask<long> AppendWhenFlushedAsync<TEntry>(LogEntry<TEntry> record, QueueRecordKind kind)
        where TEntry : struct, IJournalEntry
    {
        while (true)
        {
            if (kind is QueueRecordKind.Accept or QueueRecordKind.Chunk && _keeper.Failure is var failure
                && failure != MailQueueError.None)
            {
                throw Committer.Failure(failure); // what room there is, is for states
            }

            Task flushed = _committer.NextFlush();
            if (_log.TryEnqueue(record, out long address))
            {
                EntryFailure.ThrowIfAny();
                return address;
            }

            ThrowIfRefused(kind);
            if (_committer.Stall is var stall and not MailQueueError.None)
            {
                throw Committer.Failure(stall);
            }

            await flushed;
        }
    }

    /// <summary>
    /// While storage fails, new mail is refused at once; states are taken as long as the buffer has room, because what
    /// they say has happened, and they become durable when the storage works again.
    /// </summary>
    private void ThrowIfRefused(QueueRecordKind kind)
    {
        if (_stopped)
        {
            throw Committer.Failure(MailQueueError.Stopping);
        }

        if (kind is QueueRecordKind.Accept or QueueRecordKind.Chunk
            && _committer.Stall == MailQueueError.StorageFailed)
        {
            throw Committer.Failure(MailQueueError.StorageFailed);
        }
    }
}
