using System.Diagnostics;

namespace Relay.Throttling;

/// <summary>
/// Everyone who waits for a time to come: one heap and one timer for all of them, exact to a millisecond or two. Who
/// waits costs a place in the heap: no thread, no task, no timer of its own, nothing per second. Thread-safe; adding
/// and removing allocate nothing once the heap has grown and cost O(log n) under one lock.
/// </summary>
public sealed class DelayQueue : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly Action<DelayEntry> _run;
    private readonly ITimer _timer;
    private DelayEntry?[] _heap = new DelayEntry?[64]; // the earliest first; a parent is never later than its children
    private int _count;
    private long _armedFor = long.MaxValue; // the timer fires then or earlier
    private bool _disposed;

    /// <param name="run">Runs an entry whose time has come; null hands it to the thread pool.</param>
    public DelayQueue(TimeProvider time, Action<DelayEntry>? run = null)
    {
        _time = time;
        _run = run ?? (static entry => ThreadPool.UnsafeQueueUserWorkItem(entry, preferLocal: false));
        _timer = time.CreateTimer(
            static state => ((DelayQueue)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Who is waiting now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Runs the entry after the delay, once. It must not be waiting already.</summary>
    public void Add(DelayEntry entry, TimeSpan delay)
    {
        lock (_gate)
        {
            Debug.Assert(entry.Position == DelayEntry.Nowhere, "It is waiting already.");
            long now = _time.GetTimestamp();
            entry.Due = now + (long)Math.Ceiling(Math.Max(0, delay.TotalSeconds) * _time.TimestampFrequency);
            if (_count == _heap.Length)
            {
                Array.Resize(ref _heap, _count * 2);
            }

            SiftUp(_count++, entry);
            Arm(now);
        }
    }

    /// <summary>Takes the entry out.</summary>
    /// <returns>False if it is not there: it has run, or is about to, or was never added.</returns>
    public bool Remove(DelayEntry entry)
    {
        lock (_gate)
        {
            if (entry.Position == DelayEntry.Nowhere)
            {
                return false;
            }

            RemoveAt(entry.Position);
            return true;
        }
    }

    /// <summary>Nobody runs any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        _timer.Dispose();
    }

    private void OnTimer()
    {
        while (TryTakeDue(out DelayEntry? entry))
        {
            _run(entry); // outside the lock
        }
    }

    private bool TryTakeDue([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out DelayEntry? entry)
    {
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            if (_count > 0 && _heap[0]!.Due <= now && !_disposed)
            {
                entry = _heap[0]!;
                RemoveAt(0);
                return true;
            }

            _armedFor = long.MaxValue;
            Arm(now);
            entry = null;
            return false;
        }
    }

    /// <summary>Sets the timer to the earliest entry if it would come later.</summary>
    private void Arm(long now)
    {
        if (_count > 0 && _heap[0]!.Due < _armedFor && !_disposed)
        {
            _armedFor = _heap[0]!.Due;

            // Timers count whole milliseconds: rounded up, so that it does not come too early and for nothing.
            double milliseconds = Math.Ceiling((_armedFor - now) * 1000.0 / _time.TimestampFrequency);
            _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, milliseconds)), Timeout.InfiniteTimeSpan);
        }
    }

    private void RemoveAt(int position)
    {
        _heap[position]!.Position = DelayEntry.Nowhere;
        DelayEntry last = _heap[--_count]!;
        _heap[_count] = null;
        if (position == _count)
        {
            return;
        }

        if (position > 0 && last.Due < _heap[(position - 1) / 2]!.Due)
        {
            SiftUp(position, last);
        }
        else
        {
            SiftDown(position, last);
        }
    }

    private void SiftUp(int position, DelayEntry entry)
    {
        while (position > 0 && entry.Due < _heap[(position - 1) / 2]!.Due)
        {
            Put(position, _heap[(position - 1) / 2]!);
            position = (position - 1) / 2;
        }

        Put(position, entry);
    }

    private void SiftDown(int position, DelayEntry entry)
    {
        while (true)
        {
            int child = (2 * position) + 1;
            if (child + 1 < _count && _heap[child + 1]!.Due < _heap[child]!.Due)
            {
                child++;
            }

            if (child >= _count || _heap[child]!.Due >= entry.Due)
            {
                Put(position, entry);
                return;
            }

            Put(position, _heap[child]!);
            position = child;
        }
    }

    private void Put(int position, DelayEntry entry)
    {
        _heap[position] = entry;
        entry.Position = position;
    }
}
