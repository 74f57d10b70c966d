namespace Relay.Queue.Journal;

/// <summary>
/// One background thread that keeps the segment after the one being written ready, gives back segments below the begin
/// (once the super-block says so durably), and notes the durable tail in the super-block. A new segment is filled at
/// the pace of the log, a little for each commit: filled at once, it would hold up every commit for a second. So
/// nothing of it delays a commit for longer than a step, and the steps grow when the log runs ahead of them.
///
/// A queue without space must still drain, and the states that say so need room in the log. So nothing is written
/// unless the segments that are ready hold it, what the buffer may hold behind it, and the reserve for states; or
/// unless it is known that no more can be made, which ends the taking of new mail.
/// </summary>
internal sealed class SegmentKeeper
{
    private readonly Segments _segments;
    private readonly SuperBlockFile _superBlock;
    private readonly Func<long> _durableTail;
    private readonly JournalOptions _options;
    private readonly WakeSignal _wake = new();
    private readonly Thread _thread;
    private readonly ITimer _timer;
    private readonly Lock _stateLock = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _ready = NewSource();
    private long _wantedBegin;
    private int _wantedSegment;
    private int _neededSegment;
    private int _readySegment;
    private long _writtenEnd;
    private MailQueueError _failure;
    private MailQueueError _reported;
    private volatile bool _stopping;

    public SegmentKeeper(
        Segments segments, SuperBlockFile superBlock, JournalOptions options, Func<long> durableTail)
    {
        _segments = segments;
        _superBlock = superBlock;
        _options = options;
        _durableTail = durableTail;
        _readySegment = superBlock.Current.LastSegment;
        _wantedBegin = superBlock.Current.Begin;
        _thread = new Thread(Run) { IsBackground = true, Name = "relay queue segments" };
        _timer = options.Time.CreateTimer(
            static state => ((SegmentKeeper)state!)._wake.Set(),
            this,
            options.SuperBlockInterval,
            options.SuperBlockInterval);
    }

    /// <summary>Raised on the keeper's thread when a segment became ready or could not be made.</summary>
    public Action? Changed { get; set; }

    /// <summary>None if there is a reserve, or it is being made; else why it cannot be made.</summary>
    public MailQueueError Failure
    {
        get
        {
            lock (_stateLock)
            {
                return _failure;
            }
        }
    }

    public void Start(long tail)
    {
        _neededSegment = NumberBehind(tail);
        _wantedSegment = NumberBehind(tail + (_segments.SegmentSize / 2));
        _writtenEnd = tail;
        _thread.Start();
        _wake.Set();
    }

    /// <summary>
    /// Waits until the octets before an address may be written. Only the committer calls, in the log's order; it blocks
    /// while a segment is made that the write needs, or the reserve behind it.
    /// </summary>
    /// <returns>None, or why there is no such segment.</returns>
    public MailQueueError Await(long end)
    {
        int segment = _segments.NumberOf(end - 1);
        int needed = NumberBehind(end);
        int wanted = NumberBehind(end + (_segments.SegmentSize / 2));
        while (true)
        {
            Task ready;
            lock (_stateLock)
            {
                _neededSegment = needed;
                _writtenEnd = end;
                bool isNew = _wantedSegment < wanted;
                _wantedSegment = Math.Max(_wantedSegment, wanted);
                if (isNew || (_reported == MailQueueError.None && FillDue() > 0))
                {
                    _wake.Set();
                }

                if (needed <= _readySegment || _failure != MailQueueError.None || _stopping)
                {
                    return segment <= _readySegment ? MailQueueError.None
                        : _failure != MailQueueError.None ? _failure
                        : MailQueueError.Stopping;
                }

                ready = _ready.Task;
            }

            _wake.Set();
            ready.Wait();
        }
    }

    /// <summary>Gives up everything below the segment that holds the address.</summary>
    public void TruncateBefore(long address)
    {
        lock (_stateLock)
        {
            _wantedBegin = Math.Max(_wantedBegin, address - (address % _segments.SegmentSize));
        }

        _wake.Set();
    }

    /// <summary>
    /// Makes the segments that must be ready for a log of that length on the caller's thread, before
    /// <see cref="Start"/>.
    /// </summary>
    public void MakeNow(long tail)
    {
        while (_readySegment < NumberBehind(tail))
        {
            MakeSegment(_readySegment + 1);
        }
    }

    /// <summary>Ends the thread; it notes the durable tail a last time.</summary>
    public Task StopAsync(bool clean)
    {
        _timer.Dispose();
        if (!_thread.IsAlive)
        {
            return Task.CompletedTask;
        }

        lock (_stateLock)
        {
            _stopping = true;
        }

        _wake.Set();
        return EndAsync(clean);
    }

    /// <summary>The segment that must be ready when the log is written up to an address.</summary>
    private int NumberBehind(long end) =>
        _segments.NumberOf(end - 1 + LengthBehind(_segments.SegmentSize));

    /// <summary>What must be ready behind the log's end: for the buffer, and for states.</summary>
    private static long LengthBehind(long segmentSize)
        => LogFormat.MemorySizeFor(segmentSize) + LogFormat.ReserveFor(segmentSize);

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task EndAsync(bool clean)
    {
        await _ended.Task;
        long tail = _durableTail();
        try
        {
            _superBlock.UpdateBoth(block => block with { DurableTail = tail, IsClean = clean });
        }
        catch (QueueFileException failure)
        {
            // The log itself is complete; the next opening scans a little further.
            _options.Notice?.Invoke($"The queue was not closed in order: {failure.Message}.");
        }
    }

    private void Run()
    {
        while (!_stopping)
        {
            _wake.Wait();
            try
            {
                // Space first: what is given back may be the segment that is wanted.
                GiveBack();
                MakeAhead();
                NoteTail();
            }
            catch (QueueFileException failure)
            {
                Report(failure.QueueError, failure);
            }
            catch (Exception failure)
            {
                Report(MailQueueError.StorageFailed, failure);
            }
        }

        _ended.TrySetResult();
    }

    private void GiveBack()
    {
        long begin;
        lock (_stateLock)
        {
            begin = _wantedBegin;
        }

        long before = _superBlock.Current.Begin;
        if (begin <= before)
        {
            return;
        }

        // The gate: no segment goes before both copies of the super-block say that it is not needed.
        long tail = _durableTail();
        _superBlock.UpdateBoth(block => block with { Begin = begin, DurableTail = tail });
        for (int number = _segments.NumberOf(before); number < _segments.NumberOf(begin); number++)
        {
            _segments.Recycle(number);
        }

        _segments.SyncDirectory();
    }

    private void MakeAhead()
    {
        while (!_stopping)
        {
            int next;
            long due;
            lock (_stateLock)
            {
                if (_readySegment >= _wantedSegment)
                {
                    return;
                }

                next = _readySegment + 1;
                due = FillDue();
            }

            if (_segments.HasSpare)
            {
                MakeSegment(next);
            }
            else if (due > 0)
            {
                _segments.Fill(due);
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>
    /// By how many octets the next segment is behind its schedule: begun when it is wanted, whole some time before it
    /// is needed, in between as far as the log has come. Called under the lock.
    /// </summary>
    private long FillDue()
    {
        if (_readySegment >= _wantedSegment)
        {
            return 0;
        }

        // Two octets filled for each one written, as the log has half a segment to go when the next one is wanted.
        long size = _segments.SegmentSize;
        long neededAt = ((_readySegment + 1) * size) - LengthBehind(size);
        long wantedAt = neededAt - (size / 2);
        long margin = size / 16;
        return _readySegment < _neededSegment
            ? size
            : Math.Min(size, 2 * (_writtenEnd - wantedAt + margin)) - _segments.Filled;
    }

    private void MakeSegment(int number)
    {
        _segments.Make(number);
        long tail = _durableTail();
        _superBlock.UpdateBoth(block => block with { LastSegment = number, DurableTail = tail });
        bool recovered;
        lock (_stateLock)
        {
            _readySegment = number;
            recovered = _failure != MailQueueError.None && number >= _neededSegment;
            _failure = recovered ? MailQueueError.None : _failure;
            _reported = MailQueueError.None;
        }

        if (recovered)
        {
            _options.Notice?.Invoke($"The queue has space again: {_segments.PathOf(number)} is ready.");
        }

        Announce();
    }

    private void NoteTail()
    {
        long tail = _durableTail();
        if (tail > _superBlock.Current.DurableTail)
        {
            _superBlock.Update(block => block with { DurableTail = tail });
        }
    }

    private void Report(MailQueueError error, Exception failure)
    {
        bool isMissing;
        bool isNew;
        lock (_stateLock)
        {
            isMissing = _readySegment < _neededSegment;
            isNew = _reported != error;
            _reported = error;
            _failure = isMissing ? error : _failure;
        }

        if (isNew)
        {
            _options.Notice?.Invoke($"The queue's segments: {failure.Message}. It is tried again.");
        }

        if (isMissing)
        {
            Announce();
        }
    }

    private void Announce()
    {
        TaskCompletionSource ready;
        lock (_stateLock)
        {
            ready = _ready;
            _ready = NewSource();
        }

        ready.TrySetResult();
        Changed?.Invoke();
    }
}
