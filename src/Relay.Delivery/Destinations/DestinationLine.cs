using Relay.Delivery.Rules;
using Relay.Queue;
using Relay.Throttling;

namespace Relay.Delivery.Destinations;

/// <summary>
/// The messages that wait for a destination, and the rates at which they may leave. What a rate holds back is woken
/// when its time comes, not looked at again and again. Guarded by its destination's lock.
/// </summary>
/// <param name="isLimited">False for destinations that are no next hop.</param>
/// <param name="pump">Sends what may be sent; called without the lock.</param>
internal sealed class DestinationLine(
    DeliveryContext context, SendLimiter limiter, bool isLimited, Lock gate, Action pump)
{
    private const long AgeSweepMilliseconds = 600_000;

    /// <summary>
    /// Messages per session for which no scarce connection is opened: a session that pipelines sends them in about the
    /// time that it takes to connect, greet and begin TLS.
    /// </summary>
    private const int ShortLine = 16;

    private WaitingLine _fifo;
    private long _swept;
    private DelayEntry? _wake;
    private bool _stayed;
    private bool _persists;

    public int Count => _fifo.Count;

    /// <summary>Those in front are to be looked at, for which no connection is needed.</summary>
    public bool HasDue => _fifo.HasDue;

    /// <summary>The rates are used up until then; null if nobody waits for them.</summary>
    public DateTimeOffset? WakesAt { get; private set; }

    /// <summary>The first one.</summary>
    public bool TryPeek(out QueueId id) => _fifo.TryPeek(out id);

    /// <param name="id">A message that came.</param>
    /// <param name="isBlocked">Nothing can be sent for now.</param>
    public void Enqueue(QueueId id, bool isBlocked)
    {
        if (isBlocked)
        {
            _fifo.EnqueueBlocked(id, context.UtcNow, context.Life);
        }
        else
        {
            _fifo.Enqueue(id);
        }
    }

    /// <summary>A message was taken for nothing.</summary>
    public void PutBack(QueueId id)
    {
        _fifo.PutBack(id);
        limiter.RefundMessage();
    }

    /// <summary>Takes the next message, and a place in the rates; if these have none, it is woken in time.</summary>
    /// <param name="isBlocked">Nothing can be sent: only those that are due are taken, which need no place.</param>
    public bool TryTake(bool isBlocked, out QueueId id)
    {
        id = default;
        if (!TakeTurn(isBlocked))
        {
            return false;
        }

        Dequeue(out id);
        return true;
    }

    /// <summary>The rates allow a message now, which is taken out of them and to be dequeued or given back.</summary>
    public bool TakeTurn(bool isBlocked)
    {
        if (_fifo.Count == 0 || (isBlocked && !HasDue))
        {
            return false;
        }

        if (!isLimited || isBlocked || limiter.TryTakeMessage(out TimeSpan wait))
        {
            return true;
        }

        WakeIn(wait);
        return false;
    }

    public void ReturnTurn() => limiter.RefundMessage();

    public void Dequeue(out QueueId id)
    {
        _fifo.TryDequeue(out id);
        if (_fifo.Count == 0)
        {
            _stayed = _persists = false;
        }
    }

    /// <summary>
    /// The line asks for one more connection, and their rate allows one now; else it is woken in time. While
    /// connections are scarce a short line does not, as the sessions that are up serve it sooner; unless it was never
    /// empty for a beat: then they are slow.
    /// </summary>
    /// <param name="sessions">Sessions that are up.</param>
    /// <param name="isScarce">There are fewer connections than the destinations at work might open.</param>
    public bool MayConnect(int sessions, bool isScarce)
    {
        if (isScarce && sessions > 0 && !_persists && _fifo.Count < ShortLine * sessions)
        {
            return false;
        }

        TimeSpan wait = TimeSpan.Zero;
        bool may = !isLimited || limiter.MayConnect(out wait);
        if (!may)
        {
            WakeIn(wait);
        }

        return may;
    }

    /// <summary>Takes a place in the rate of connections; else it is woken in time.</summary>
    public bool TryTakeConnection(out TimeSpan wait)
    {
        bool taken = limiter.TryTakeConnection(out wait);
        if (!taken)
        {
            WakeIn(wait);
        }

        return taken;
    }

    /// <summary>About once a second.</summary>
    public void OnBeat()
    {
        _persists = _stayed;
        _stayed = _fifo.Count > 0;
    }

    /// <summary>Takes other limits.</summary>
    public void Apply(DestinationLimits limits)
    {
        limiter.Apply(limits);
        if (_wake is not null && context.Delays.Remove(_wake))
        {
            WakesAt = null;
        }
    }

    /// <summary>
    /// While nothing can be sent: now and then looks for those that are to be looked at for their age.
    /// </summary>
    public void Sweep(long now)
    {
        if (_fifo.Count > 0 && now - _swept >= AgeSweepMilliseconds)
        {
            _swept = now;
            _fifo.Sweep(context.UtcNow, context.Life, context.IsWantedElsewhere);
        }
    }

    /// <summary>While nothing can be sent: all are looked at once, as they may have to go another way.</summary>
    public void LookAtAll() => _fifo.LookAtAll();

    /// <summary>From now on messages come and go without waiting.</summary>
    public void ForgetSweeps() => _fifo.ForgetSweeps();

    private void WakeIn(TimeSpan wait)
    {
        if (WakesAt is null && !context.IsStopping)
        {
            WakesAt = context.UtcNow + wait;
            context.Delays.Add(_wake ??= new DelayEntry(OnWake), wait);
        }
    }

    private void OnWake()
    {
        lock (gate)
        {
            WakesAt = null;
        }

        pump();
    }
}
