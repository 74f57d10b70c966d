using Relay.Queue.Engine;
using Relay.Smtp;

namespace Relay.Queue.Index;

/// <summary>
/// Hands messages to the consumer, those whose time has come by one timer, armed at the earliest tick of all shards,
/// idle when nothing is deferred. Thread-safe.
/// </summary>
internal sealed class AttemptScheduler : IAsyncDisposable
{
    private const int BatchLength = 256;

    /// <summary>A consumer that failed has a bug or no memory; neither is over at once.</summary>
    private static readonly TimeSpan _failureWait = TimeSpan.FromMinutes(1);

    /// <summary>Timers take at most 49 days; a timer that fires early finds nothing and is set again.</summary>
    private static readonly TimeSpan _waitMax = TimeSpan.FromDays(1);

    private readonly QueueStore _store;
    private readonly MessageChanges _changes;
    private readonly MessageIndex _index;
    private readonly ITimer _timer;
    private readonly DueMessage[] _due = new DueMessage[BatchLength];

    // The tick the timer is set for; altered under _lock, read without.
    private readonly Lock _lock = new();
    private uint _armed = uint.MaxValue;
    private IQueueConsumer? _consumer;
    private int _running;
    private volatile bool _stopped;

    public AttemptScheduler(QueueStore store, MessageChanges changes)
    {
        _store = store;
        _changes = changes;
        _index = store.Index;
        _timer = store.Time.CreateTimer(
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

    /// <summary>
    /// Tells the consumer of a message that was claimed for it. What the consumer throws ends here: the message is
    /// given back and comes again in a minute, and the others go on.
    /// </summary>
    public void Tell(QueueId id, uint tag, Envelope? envelope)
    {
        try
        {
            Consumer?.Ready(id, tag, envelope);
        }
        catch (Exception exception)
        {
            Arm(_changes.Return(id, _store.Time.GetUtcNow() + _failureWait));
            _store.Report(new MailQueueIncident(
                MailQueueIncidentKind.ConsumerFailed,
                id,
                "Delivery failed to take a ready message; it is handed out again in a minute.",
                exception));
        }
    }

    /// <summary>The same for a message that may be deferred now.</summary>
    public void Arm(in IndexEntry entry)
    {
        if (entry.Id != 0 && entry.State == QueueEntryState.Deferred)
        {
            Arm(entry.NextAttempt);
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
            while (shard.NextTick <= now && Consumer is not null)
            {
                int count = shard.TakeDue(now, _due);
                for (int i = 0; i < count; i++)
                {
                    Tell(_due[i].Id, _due[i].Tag, null);
                }
            }
        }
    }
}
