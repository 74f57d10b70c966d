using Relay.Delivery.Scheduling;
using Relay.Queue;

namespace Relay.Delivery.Destinations;

/// <summary>
/// The messages that wait for a destination: a line, and before it those that must be looked at though nothing can be
/// sent, as they may have grown so old that they are to be returned or their senders to be told of the delay. A message
/// gets there once for every age at which something may be due, never by a look at all. Guarded by its destination's
/// lock.
/// </summary>
internal struct WaitingLine
{
    /// <summary>
    /// How much later than its id a message may have been accepted: such are looked at a second time.
    /// </summary>
    private static readonly TimeSpan _transfer = TimeSpan.FromMinutes(10);

    private QueueIdFifo _due;
    private QueueIdFifo _line;
    private long _sweptTicks;
    private bool _looksAtAll;

    public readonly int Count => _due.Count + _line.Count;

    /// <summary>Some are to be looked at, for which no connection is needed.</summary>
    public readonly bool HasDue => _due.Count > 0;

    public void Enqueue(QueueId id) => _line.Enqueue(id);

    /// <summary>Takes a message while nothing can be sent.</summary>
    public void EnqueueBlocked(QueueId id, DateTimeOffset now, LifeRules rules)
    {
        if (now - id.Created >= rules.Earliest)
        {
            _due.Enqueue(id);
        }
        else
        {
            _line.Enqueue(id);
        }
    }

    /// <summary>
    /// Puts a message back to where it was taken from, looked at or not; while all are looked at, one behind the other.
    /// </summary>
    public void PutBack(QueueId id)
    {
        if (_looksAtAll)
        {
            _line.Enqueue(id);
        }
        else
        {
            _line.EnqueueFirst(id);
        }
    }

    public bool TryDequeue(out QueueId id)
    {
        if (_due.TryDequeue(out id))
        {
            return true;
        }

        _looksAtAll = false;
        return _line.TryDequeue(out id);
    }

    /// <summary>The first entry.</summary>
    public readonly bool TryPeek(out QueueId id) => _due.TryPeek(out id) || _line.TryPeek(out id);

    /// <summary>
    /// Finds those for which an age at which something is due has passed since the last time, and those that are wanted
    /// elsewhere.
    /// </summary>
    public void Sweep(DateTimeOffset now, LifeRules rules, Predicate<QueueId> isWanted)
    {
        _line.MoveTo(ref _due, isWanted);
        DateTimeOffset last = new(_sweptTicks, TimeSpan.Zero);
        _sweptTicks = now.UtcTicks;
        foreach (TimeSpan age in rules.Events)
        {
            TimeSpan back = age + _transfer;
            QueueId from = last.UtcTicks > back.Ticks ? QueueId.FromTime(last - back) : default;
            _line.MoveTo(ref _due, from, QueueId.FromTime(now - age));
        }
    }

    /// <summary>All are to be looked at once, in their order.</summary>
    public void LookAtAll()
    {
        _line.MoveTo(ref _due, static _ => true);
        _looksAtAll = true;
    }

    /// <summary>The next sweep is the first: from now on messages come and go without waiting.</summary>
    public void ForgetSweeps() => _sweptTicks = 0;
}
