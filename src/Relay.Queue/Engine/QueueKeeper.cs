using Relay.Queue.Journal;
using Relay.Queue.Snapshots;

namespace Relay.Queue.Engine;

/// <summary>
/// The queue's housekeeping: about once a second while something changes it frees segments, moves survivors, writes
/// states that the journal did not take before, and from time to time a snapshot. Segments are freed whenever the log
/// leaves one, too: at full speed a second's worth of them lay about, which is space, and pages that the caches do not
/// hold. Sleeps while nothing changes.
/// </summary>
internal sealed class QueueKeeper : IAsyncDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly QueueStore _store;
    private readonly SnapshotStore? _snapshots;
    private readonly MailQueueOptions _options;
    private readonly SegmentCleaner _cleaner;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ITimer _timer;
    private readonly ITimer _snapshotTimer;
    private long _snapshotTail;
    private long _freeAt; // the durable address at which the log leaves the segment that it was in
    private int _armed;
    private int _snapshotArmed;
    private int _snapshotDue;
    private volatile bool _stopping;

    public QueueKeeper(QueueStore store, SnapshotStore? snapshots, MailQueueOptions options)
    {
        _store = store;
        _snapshots = snapshots;
        _options = options;
        _cleaner = new SegmentCleaner(store, Math.Max(1, options.CleanerRate));
        _snapshotTail = store.Journal.TailAddress;
        _freeAt = SegmentEnd(_snapshotTail);
        store.OnUnwritten = Nudge;
        _timer = store.Time.CreateTimer(
            static state => ((QueueKeeper)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _snapshotTimer = store.Time.CreateTimer(
            static state => ((QueueKeeper)state!).OnSnapshotTimer(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Something changed: look after it within a second. Cheap.</summary>
    public void Nudge()
    {
        long committed = _store.Journal.CommittedAddress;
        long freeAt = Volatile.Read(ref _freeAt);
        if (committed >= freeAt
            && Interlocked.CompareExchange(ref _freeAt, SegmentEnd(committed), freeAt) == freeAt)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static keeper => _ = keeper.FreeAsync(), this, preferLocal: false);
        }

        if (Volatile.Read(ref _armed) == 0 && Interlocked.Exchange(ref _armed, 1) == 0 && !_stopping)
        {
            _timer.Change(_interval, Timeout.InfiniteTimeSpan);
            if (_snapshots is not null && Interlocked.Exchange(ref _snapshotArmed, 1) == 0)
            {
                _snapshotTimer.Change(_options.SnapshotInterval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>One round of everything that is due.</summary>
    public async Task RunAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (_stopping)
            {
                return;
            }

            bool settled = _store.TrySettle();
            if (settled)
            {
                await _cleaner.TruncateAsync();
            }

            bool more = settled && await _cleaner.CleanAsync();
            bool due = Interlocked.Exchange(ref _snapshotDue, 0) != 0;
            if (_snapshots is not null && settled
                && (due || _store.Journal.TailAddress - _snapshotTail >= _options.SnapshotLogLength))
            {
                await SnapshotAsync(_snapshots);
            }

            if (more || !settled)
            {
                Nudge();
            }
        }
        catch (MailQueueException)
        {
            // The storage failed, which the journal reports; what was not done is done once it works again.
            Nudge();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the housekeeping; only <see cref="DisposeAsync"/> may follow.</summary>
    public async Task StopAsync()
    {
        _stopping = true;
        await _timer.DisposeAsync();
        await _snapshotTimer.DisposeAsync();
        await _turn.WaitAsync();
        _turn.Release();
    }

    /// <summary>
    /// Writes a last snapshot if anything changed since the one before. After <see cref="StopAsync"/>.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_snapshots is not null && _store.TrySettle() && _store.Journal.TailAddress != _snapshotTail)
        {
            await SnapshotAsync(_snapshots);
        }

        _cleaner.Dispose();
    }

    private long SegmentEnd(long address) =>
        (_store.Segments.SegmentOf(address) + 1) * _store.Segments.SegmentSize;

    private async Task FreeAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (!_stopping && _store.TrySettle())
            {
                await _cleaner.TruncateAsync();
            }
        }
        catch (MailQueueException)
        {
            // The storage failed: the round that every change asks for does it later.
        }
        finally
        {
            _turn.Release();
        }
    }

    private void OnTimer()
    {
        Volatile.Write(ref _armed, 0);
        ThreadPool.UnsafeQueueUserWorkItem(static keeper => _ = keeper.RunAsync(), this, preferLocal: false);
    }

    private void OnSnapshotTimer()
    {
        Volatile.Write(ref _snapshotArmed, 0);
        Volatile.Write(ref _snapshotDue, 1);
        OnTimer();
    }

    private async Task SnapshotAsync(SnapshotStore snapshots)
    {
        // Whatever was appended before the position must be in the index before the index is written.
        JournalPosition position = _store.Journal.CommittedPosition;
        long tail = _store.Journal.TailAddress;
        await _store.Gate.DrainAsync();
        if (await snapshots.TryWriteAsync(_store.Index, position, _store.Journal.CommitAsync))
        {
            _snapshotTail = tail;
        }
    }
}
