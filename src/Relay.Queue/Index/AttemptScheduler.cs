namespace Relay.Queue.Index;

/// <summary>
/// Hands messages whose time has come to the consumer: one timer, armed at the earliest tick of all shards, idle when
/// nothing is deferred. Thread-safe.
/// </summary>
internal sealed class AttemptScheduler : IAsyncDisposable
{
    private const int BatchLength = 256;

    /// <summary>Timers take at most 49 days; a timer that fires early finds nothing and is set again.</summary>
    private static readonly TimeSpan _waitMax = TimeSpan.FromDays(1);

    private readonly MessageIndex _index;
    private readonly ITimer _timer;
    private readonly DueMessage[] _due = new DueMessage[BatchLength];

    // The tick the timer is set for; altered under _lock, read without.
    private readonly Lock _lock = new();
    private uint _armed = uint.MaxValue;
    private IQueueConsumer? _consumer;
    private int _running;
    private volatile bool _stopped;

    public AttemptScheduler(MessageIndex index, TimeProvider time)
    {
        _index = index;
        _timer = time.CreateTimer(
            static state => ((AttemptScheduler)state!).OnTimer(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Null before <see cref="Start"/> and after the stop.</summary>
    public IQueueConsumer? Consumer => _stopped ? null : Volatile.Read(ref _consumer);

    public void Start(IQueueConsumer consumer)
    {
        Volatile.Write(ref _consumer, consumer);
        Interlocked.MemoryBarrier(); // whoever deferred without seeing the consumer is seen by the next line
        Arm(_index.NextTick());
    }

    /// <summary>Makes sure that the timer fires when the tick begins. Cheap if it would already.</summary>
    public void Arm(uint tick)
    {
        if (tick >= Volatile.Read(ref _armed) || tick == uint.MaxValue || Consumer is null)
        {
            return;
        }

        lock (_lock)
        {
            if (tick < _armed && !_stopped)
            {
                Volatile.Write(ref _armed, tick);
                TimeSpan wait = _index.Clock.Until(tick);
                _timer.Change(wait < _waitMax ? wait : _waitMax, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _stopped = true;
        return _timer.DisposeAsync();
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            Volatile.Write(ref _armed, uint.MaxValue);
        }

        // Timer callbacks may overlap: the one that runs makes another round for those that came meanwhile.
        if (Interlocked.Increment(ref _running) != 1)
        {
            return;
        }

        int seen = 1;
        while (true)
        {
            RunDue();
            int now = Interlocked.CompareExchange(ref _running, 0, seen);
            if (now == seen)
            {
                break;
            }

            seen = now;
        }

        Arm(_index.NextTick());
    }

    private void RunDue()
    {
        uint now = _index.Clock.Now;
        foreach (IndexShard shard in _index.Shards)
        {
            while (shard.NextTick <= now && Consumer is { } consumer)
            {
                int count = shard.TakeDue(now, _due);
                for (int i = 0; i < count; i++)
                {
                    consumer.Ready(_due[i].Id, _due[i].Tag, null);
                }
            }
        }
    }
}
