using FASTER.core;

namespace Relay.Queue.Journal;

/// <summary>
/// The one thread that writes the log. It takes the waiters that have joined, has FASTER hand over the pages up to the
/// tail, writes them one after the other with O_DSYNC, and completes the waiters; then it begins again at once: whoever
/// came meanwhile is the next batch (no linger). It sleeps when nobody waits (pitfall P19).
///
/// A write that fails stays: its waiters are told so, and it is tried again with back-off from the page in memory
/// through a fresh descriptor, all of it, so that success means that every octet was written after the failure.
/// </summary>
internal sealed class Committer
{
    private const int BoardingYields = 2;
    private const int BackoffDoublingsMax = 5;

    private readonly WakeSignal _wake;
    private readonly SegmentDevice _device;
    private readonly Segments _segments;
    private readonly SegmentKeeper _keeper;
    private readonly JournalOptions _options;
    private readonly WaiterList _waiters = new();
    private readonly Thread _thread;
    private readonly ITimer _lazyTimer;
    private readonly ITimer _retryTimer;
    private readonly object _flushGate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FasterLog _log;
    private readonly SectorFiller _filler;
    private TaskCompletionSource? _flushed;
    private PendingWrite _failedWrite;
    private bool _hasFailedWrite;
    private int _retries;
    private int _blockedReaders;
    private int _lazyArmed;
    private int _commitWanted;
    private int _retryDue;
    private long _commits;
    private int _stall;
    private volatile bool _stopping;
    private volatile bool _hasEnded;

    public Committer(
        FasterLog log,
        SectorFiller filler,
        SegmentDevice device,
        Segments segments,
        SegmentKeeper keeper,
        WakeSignal wake,
        JournalOptions options)
    {
        _log = log;
        _filler = filler;
        _device = device;
        _segments = segments;
        _keeper = keeper;
        _wake = wake;
        _options = options;
        _thread = new Thread(Run) { IsBackground = true, Name = "relay queue commit" };
        _lazyTimer = options.Time.CreateTimer(
            static state => ((Committer)state!).OnLazyTimer(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _retryTimer = options.Time.CreateTimer(
            static state => ((Committer)state!).RetryNow(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Why nothing can be written now; None normally.</summary>
    public MailQueueError Stall => (MailQueueError)Volatile.Read(ref _stall);

    public long Commits => Volatile.Read(ref _commits);

    public void Start() => _thread.Start();

    public void Join(CommitWaiter waiter)
    {
        if (_waiters.Add(waiter))
        {
            _wake.Set();
        }

        if (_hasEnded)
        {
            FailWaiters(MailQueueError.Stopping);
        }
    }

    public void CommitLazily()
    {
        if (Volatile.Read(ref _lazyArmed) == 0 && Interlocked.Exchange(ref _lazyArmed, 1) == 0)
        {
            _lazyTimer.Change(_options.LazyCommitInterval, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Completes when some page has been written since the call, or writing stalled.</summary>
    public Task NextFlush()
    {
        TaskCompletionSource? flushed = Volatile.Read(ref _flushed);
        if (flushed is null)
        {
            var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            flushed = Interlocked.CompareExchange(ref _flushed, mine, null) ?? mine;
        }

        return _hasEnded ? Task.CompletedTask : flushed.Task;
    }

    /// <summary>
    /// Blocks until the record at the address is on disk; for a read that comes right after its append.
    /// </summary>
    public void AwaitFlush(long address)
    {
        if (address < _log.FlushedUntilAddress)
        {
            return;
        }

        lock (_flushGate)
        {
            _blockedReaders++;
            try
            {
                Interlocked.Exchange(ref _commitWanted, 1);
                _wake.Set();
                while (address >= _log.FlushedUntilAddress)
                {
                    MailQueueError error = _hasEnded ? MailQueueError.Stopping : Stall;
                    if (error != MailQueueError.None)
                    {
                        throw Failure(error);
                    }

                    Monitor.Wait(_flushGate);
                }
            }
            finally
            {
                _blockedReaders--;
            }
        }
    }

    /// <summary>Tries a failed write again now rather than when its pause is over.</summary>
    public void RetryNow()
    {
        Interlocked.Exchange(ref _retryDue, 1);
        _wake.Set();
    }

    /// <summary>Commits what there is a last time and ends the thread.</summary>
    public async Task StopAsync()
    {
        _stopping = true;
        Interlocked.Exchange(ref _retryDue, 1);
        _wake.Set();
        if (_thread.IsAlive)
        {
            await _ended.Task;
        }

        await _lazyTimer.DisposeAsync();
        await _retryTimer.DisposeAsync();
    }

    public static MailQueueException Failure(MailQueueError error) => new(error, error switch
    {
        MailQueueError.InsufficientStorage => "No space for the queue; it works on when space returns.",
        MailQueueError.Stopping => "The queue is stopping.",
        _ => "The queue's storage failed; it is tried again.",
    });

    private void Run()
    {
        try
        {
            while (!_stopping)
            {
                _wake.Wait();
                WorkOff();
            }

            Interlocked.Exchange(ref _commitWanted, 1);
            WorkOff();
        }
        catch (Exception failure)
        {
            Volatile.Write(ref _stall, (int)MailQueueError.StorageFailed);
            _options.Notice?.Invoke($"The queue's committer ended: {failure}");
        }

        _hasEnded = true;
        Interlocked.MemoryBarrier();
        FailWaiters(Stall == MailQueueError.None ? MailQueueError.Stopping : Stall);
        WakeFlushWaiters();
        _ended.TrySetResult();
    }

    /// <summary>Writes and commits until there is nothing to do.</summary>
    private void WorkOff()
    {
        while (true)
        {
            if (_hasFailedWrite && !TryAgain())
            {
                FailWaiters(Stall);
                return;
            }

            if (_device.TryTake(out PendingWrite write))
            {
                Execute(write);
                continue;
            }

            LetOthersBoard();
            CommitWaiter? batch = _waiters.TakeAll();
            bool wanted = Interlocked.Exchange(ref _commitWanted, 0) != 0;
            if (batch is null && !wanted)
            {
                return;
            }

            Commit(batch);
        }
    }

    /// <summary>
    /// Gives the processor to threads that are ready to run, sessions with a message to append among them, so that they
    /// come along in this batch. Costs nothing where a processor is free: then nobody waits, and the call returns.
    /// </summary>
    private static void LetOthersBoard()
    {
        for (int i = 0; i < BoardingYields; i++)
        {
            Thread.Yield();
        }
    }

    private void Commit(CommitWaiter? batch)
    {
        long target = _log.TailAddress;
        if (_log.FlushedUntilAddress < target)
        {
            _filler.Fill();
            target = _log.TailAddress;
            long started = _options.OnCommit is null ? 0 : _options.Time.GetTimestamp();
            _log.Commit();
            while (_log.FlushedUntilAddress < target)
            {
                // Nothing to take yet: a session is still inside an append; it hands the pages over when it leaves.
                if (!_device.TryTake(out PendingWrite write))
                {
                    _wake.Wait();
                }
                else if (!Execute(write))
                {
                    WaiterBatch.Complete(batch, Failure(Stall));
                    return;
                }
            }

            Volatile.Write(ref _commits, _commits + 1);
            _options.OnCommit?.Invoke(WaiterBatch.Count(batch), _options.Time.GetElapsedTime(started));
        }

        WaiterBatch.Complete(batch, error: null);
    }

    private unsafe bool Execute(in PendingWrite write)
    {
        long end = (write.Segment * _segments.SegmentSize) + write.Offset + write.Length;
        MailQueueError error = _keeper.Await(end);
        string? message = null;
        if (error == MailQueueError.None)
        {
            try
            {
                var page = new ReadOnlySpan<byte>((void*)write.Source, write.Length);
                _segments.GetWriter(write.Segment).Write(write.Offset, page);
                write.Callback(0, (uint)write.Length, write.Context);
                WakeFlushWaiters();
                return true;
            }
            catch (QueueFileException failure)
            {
                error = failure.QueueError;
                message = failure.Message;
            }
        }

        SetAside(write, error, message);
        return false;
    }

    private void SetAside(in PendingWrite write, MailQueueError error, string? message)
    {
        _segments.DropWriter(write.Segment);
        _failedWrite = write;
        _hasFailedWrite = true;
        if (Stall == MailQueueError.None)
        {
            _options.Notice?.Invoke($"The queue cannot write: {message ?? "no space for the next segment"}.");
        }

        Volatile.Write(ref _stall, (int)error);
        WakeFlushWaiters();
        _retryTimer.Change(
            _options.RetryInterval * (1 << Math.Min(_retries, BackoffDoublingsMax)), Timeout.InfiniteTimeSpan);
        _retries++;
    }

    private bool TryAgain()
    {
        if (Interlocked.Exchange(ref _retryDue, 0) == 0)
        {
            return false;
        }

        _hasFailedWrite = false;
        if (!Execute(_failedWrite))
        {
            return false;
        }

        _failedWrite = default;
        _retries = 0;
        Volatile.Write(ref _stall, (int)MailQueueError.None);
        _options.Notice?.Invoke("The queue writes again.");

        // What was appended meanwhile is made durable now.
        Interlocked.Exchange(ref _commitWanted, 1);
        return true;
    }

    private void FailWaiters(MailQueueError error)
    {
        CommitWaiter? batch = _waiters.TakeAll();
        if (batch is not null)
        {
            WaiterBatch.Complete(batch, Failure(error));
        }
    }

    private void WakeFlushWaiters()
    {
        if (Volatile.Read(ref _flushed) is not null)
        {
            Interlocked.Exchange(ref _flushed, null)?.TrySetResult();
        }

        if (Volatile.Read(ref _blockedReaders) > 0)
        {
            lock (_flushGate)
            {
                Monitor.PulseAll(_flushGate);
            }
        }
    }

    private void OnLazyTimer()
    {
        Interlocked.Exchange(ref _lazyArmed, 0);
        Interlocked.Exchange(ref _commitWanted, 1);
        _wake.Set();
    }
}
