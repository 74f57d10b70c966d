namespace Relay.Queue.Journal;

/// <summary>
/// One background thread that keeps the segment after the one being written ready, gives back segments below the begin
/// (once the super-block says so durably), and notes the durable tail in the super-block. Nothing of it delays a commit
/// unless the log outruns the making of segments.
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
    private int _readySegment;
    private MailQueueError _failure;
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

    /// <summary>None if the next segment is ready or being made; else why it cannot be made.</summary>
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

    public void Start(int segment)
    {
        _wantedSegment = segment + 1;
        _thread.Start();
        _wake.Set();
    }

    /// <summary>
    /// Waits until a segment may be written. Only the committer calls, and only ever for the segment being written or
    /// the next; it blocks while that is being made.
    /// </summary>
    /// <returns>None, or why there is no such segment.</returns>
    public MailQueueError Await(int segment)
    {
        while (true)
        {
            Task ready;
            lock (_stateLock)
            {
                if (segment <= _readySegment)
                {
                    if (segment + 1 <= _wantedSegment)
                    {
                        return MailQueueError.None;
                    }

                    _wantedSegment = segment + 1;
                    _wake.Set();
                    return MailQueueError.None;
                }

                if (_failure != MailQueueError.None || _stopping)
                {
                    return _failure != MailQueueError.None ? _failure : MailQueueError.Stopping;
                }

                _wantedSegment = Math.Max(_wantedSegment, segment);
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
            recovered = _failure != MailQueueError.None;
            _failure = MailQueueError.None;
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
            isMissing = _readySegment < _wantedSegment;
            isNew = _failure != error;
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
