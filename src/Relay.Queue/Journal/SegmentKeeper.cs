namespace Relay.Queue.Journal;

/// <summary>
/// One background thread that keeps the segment after the one being written ready, gives back segments below the begin
/// (once the super-block says so durably), and notes the durable tail in the super-block. Nothing of it delays a commit
/// unless the log outruns the making of segments.
///
/// A queue without space must still drain, and the states that say so need room in the log. So nothing is written
/// unless the segments that are ready hold it, what the buffer may hold behind it, and half a segment for states; or
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
                if (_wantedSegment < wanted)
                {
                    _wantedSegment = wanted;
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

    /// <summary>Makes the segments up to one on the caller's thread, before <see cref="Start"/>.</summary>
    public void MakeNow(int segment)
    {
        while (_readySegment < segment)
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
        _segments.NumberOf(end - 1 + LogFormat.MemorySizeFor(_segments.SegmentSize) + (_segments.SegmentSize / 2));

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
            lock (_stateLock)
            {
                if (_readySegment >= _wantedSegment)
                {
                    return;
                }

                next = _readySegment + 1;
            }

            MakeSegment(next);
        }
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
