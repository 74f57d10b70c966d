using Relay.Smtp;

namespace Relay.Queue.Null;

/// <summary>
/// Messages in RAM, without any record: what the relay costs without its queue. A plain table under one lock, a heap
/// for the deferred ones, one timer at the earliest of them.
/// </summary>
internal sealed class NullMailQueue : IMailQueue
{
    private const int PooledMax = 4096;

    private static readonly TimeSpan _failureWait = TimeSpan.FromMinutes(1);

    private readonly MailQueueOptions _options;
    private readonly TimeProvider _time;
    private readonly QueueIdSource _ids;
    private readonly ITimer _timer;

    // Under _lock, with the fields of the messages:
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, NullMessage> _messages = [];
    private readonly Stack<NullMessage> _pool = new();
    private readonly PriorityQueue<ulong, long> _deferred = new();
    private readonly List<(QueueId Id, uint Tag)> _due = [];
    private long _accepted;
    private long _removed;

    private IQueueConsumer? _consumer;
    private volatile bool _stopping;

    public NullMailQueue(MailQueueOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _ids = new QueueIdSource(time, 0);
        _timer = time.CreateTimer(
            static state => ((NullMailQueue)state!).RunDue(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    public int PieceSize => 64 << 10;

    public MailQueueError Condition =>
        _stopping ? MailQueueError.Stopping
        : _messages.Count >= _options.MessagesMax ? MailQueueError.InsufficientStorage
        : MailQueueError.None;

    public QueueStatistics Statistics
    {
        get
        {
            lock (_lock)
            {
                long held = 0;
                long active = 0;
                foreach (NullMessage message in _messages.Values)
                {
                    held += message.Held ? 1 : 0;
                    active += !message.Held && message.Claimed ? 1 : 0;
                }

                long all = _messages.Count;
                return new QueueStatistics(_accepted, _removed, all, all - held - active, active, held, 0, 0, 0, 0);
            }
        }
    }

    public IncomingMessage CreateIncoming() => new NullIncomingMessage(this);

    public QueuedMessage CreateQueued() => new NullQueuedMessage(this);

    public void Start(IQueueConsumer consumer)
    {
        Volatile.Write(ref _consumer, consumer);
        _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    public void Assign(QueueId id, int jobs, uint tag)
    {
        lock (_lock)
        {
            if (_messages.TryGetValue(id.Value, out NullMessage? message))
            {
                message.Jobs = jobs;
                message.Tag = tag;
            }
        }
    }

    public bool TryAddJob(QueueId id)
    {
        lock (_lock)
        {
            if (!_messages.TryGetValue(id.Value, out NullMessage? message)
                || message is not { Claimed: true, Jobs: > 0 and < ushort.MaxValue })
            {
                return false;
            }

            message.Jobs++;
            return true;
        }
    }

    public bool TryOpen(QueueId id, QueuedMessage message) => TryOpen(id, (NullQueuedMessage)message, forJob: true);

    public bool TryInspect(QueueId id, QueuedMessage message) =>
        TryOpen(id, (NullQueuedMessage)message, forJob: false);

    public void Complete(QueuedMessage message, ReadOnlySpan<RecipientOutcome> outcomes, DateTimeOffset nextAttempt)
    {
        var queued = (NullQueuedMessage)message;
        lock (_lock)
        {
            if (queued.Message is { } found && found.Id == queued.Id && _messages.ContainsKey(found.Id.Value))
            {
                found.Apply(outcomes);
                found.Attempted = true;
                bool unfinished = outcomes.IsEmpty;
                foreach (RecipientOutcome outcome in outcomes)
                {
                    unfinished |= !NullMessage.IsTerminal(outcome.Status);
                }

                EndJob(found, unfinished ? nextAttempt : null, nextAttempt);
            }

            CloseLocked(queued);
        }
    }

    public void Return(QueueId id, DateTimeOffset nextAttempt)
    {
        lock (_lock)
        {
            if (_messages.TryGetValue(id.Value, out NullMessage? message))
            {
                EndJob(message, nextAttempt, nextAttempt);
            }
        }
    }

    public ValueTask FlushAsync() => ValueTask.CompletedTask;

    public bool Hold(QueueId id)
    {
        lock (_lock)
        {
            if (!_messages.TryGetValue(id.Value, out NullMessage? message))
            {
                return false;
            }

            message.Held = true;
            return true;
        }
    }

    public bool Release(QueueId id) => MakeReady(id, held: true);

    public bool Expedite(QueueId id) => MakeReady(id, held: false);

    public bool Delete(QueueId id)
    {
        lock (_lock)
        {
            if (!_messages.TryGetValue(id.Value, out NullMessage? message))
            {
                return false;
            }

            Remove(message);
            return true;
        }
    }

    public IEnumerable<QueueEntryInfo> Enumerate()
    {
        ulong[] ids;
        lock (_lock)
        {
            ids = [.. _messages.Keys];
        }

        Array.Sort(ids);
        foreach (ulong id in ids)
        {
            if (TryGetInfo(new QueueId(id), out QueueEntryInfo info))
            {
                yield return info;
            }
        }
    }

    public bool TryGetInfo(QueueId id, out QueueEntryInfo info)
    {
        lock (_lock)
        {
            if (!_messages.TryGetValue(id.Value, out NullMessage? message))
            {
                info = default;
                return false;
            }

            QueueEntryState state = message.Held ? QueueEntryState.Held
                : message.Claimed ? QueueEntryState.Active
                : QueueEntryState.Deferred;
            info = new QueueEntryInfo(
                id, state, message.Tag, message.Attempts, message.Unfinished, message.NextAttempt, message.Jobs);
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await _timer.DisposeAsync();
    }

    internal QueueId NextId() => _ids.Next();

    internal void ThrowIfUnavailable()
    {
        MailQueueError condition = Condition;
        if (condition != MailQueueError.None)
        {
            throw new MailQueueException(condition, "The queue takes no messages now.");
        }
    }

    internal NullMessage RentMessage()
    {
        lock (_lock)
        {
            return _pool.TryPop(out NullMessage? message) ? message : new NullMessage();
        }
    }

    internal void ReturnMessage(NullMessage message)
    {
        lock (_lock)
        {
            if (_pool.Count < PooledMax)
            {
                _pool.Push(message);
            }
            else
            {
                message.Envelope.Dispose();
            }
        }
    }

    internal void Insert(NullMessage message, AcceptRequest request)
    {
        message.Received = _time.GetUtcNow();
        message.Held = request.Hold;
        message.HoldReason = request.HoldReason.ToArray();
        QueueId id = message.Id;
        IQueueConsumer? consumer = Volatile.Read(ref _consumer);
        bool ready = consumer is not null && !request.Hold && request.FirstWait <= TimeSpan.Zero;
        lock (_lock)
        {
            message.Claimed = ready;
            _messages.Add(id.Value, message);
            _accepted++;
            if (!ready && !request.Hold)
            {
                Schedule(message, message.Received + request.FirstWait);
            }

            if (!request.Parent.IsNone && _messages.TryGetValue(request.Parent.Value, out NullMessage? parent))
            {
                parent.ApplyNotified(request.ParentOutcomes);
                if (parent is { Unfinished: 0, Claimed: false })
                {
                    Remove(parent);
                }
            }
        }

        if (ready)
        {
            Tell(consumer!, id, 0, request.Envelope);
        }
    }

    internal void Release(NullMessage message)
    {
        lock (_lock)
        {
            ReleaseLocked(message);
        }
    }

    private bool TryOpen(QueueId id, NullQueuedMessage queued, bool forJob)
    {
        lock (_lock)
        {
            CloseLocked(queued);
            if (!_messages.TryGetValue(id.Value, out NullMessage? message) || (forJob && message.Held))
            {
                return false;
            }

            message.References++;
            queued.Open(message);
            return true;
        }
    }

    private void CloseLocked(NullQueuedMessage queued)
    {
        if (queued.Message is { } message)
        {
            queued.Close();
            ReleaseLocked(message);
        }
    }

    private void ReleaseLocked(NullMessage message)
    {
        if (--message.References == 0 && !_messages.ContainsKey(message.Id.Value))
        {
            message.Reset();
            ReturnMessage(message);
        }
    }

    private void EndJob(NullMessage message, DateTimeOffset? nextAttempt, DateTimeOffset fallback)
    {
        if (nextAttempt is { } next && (message.NextAttempt == default || next < message.NextAttempt))
        {
            message.NextAttempt = next;
        }

        if (message.Jobs > 0 && --message.Jobs > 0)
        {
            return;
        }

        message.Claimed = false;
        message.Attempts += message.Attempted ? 1 : 0;
        message.Attempted = false;
        if (message.Unfinished == 0)
        {
            Remove(message);
        }
        else
        {
            Schedule(message, message.NextAttempt == default ? fallback : message.NextAttempt);
        }
    }

    private bool MakeReady(QueueId id, bool held)
    {
        IQueueConsumer? consumer = Volatile.Read(ref _consumer);
        uint tag;
        lock (_lock)
        {
            if (!_messages.TryGetValue(id.Value, out NullMessage? message) || message.Held != held)
            {
                return false;
            }

            if (message.Claimed)
            {
                message.Held = false;
                return held;
            }

            message.Held = false;
            if (consumer is null)
            {
                Schedule(message, _time.GetUtcNow());
                return true;
            }

            Claim(message);
            tag = message.Tag;
        }

        Tell(consumer, id, tag, null);
        return true;
    }

    private static void Claim(NullMessage message)
    {
        message.Claimed = true;
        message.NextAttempt = default;
    }

    private void Schedule(NullMessage message, DateTimeOffset at)
    {
        message.NextAttempt = at;
        _deferred.Enqueue(message.Id.Value, at.UtcTicks);
        SetTimer();
    }

    private void SetTimer()
    {
        if (_consumer is not null && !_stopping && _deferred.TryPeek(out _, out long ticks))
        {
            long wait = Math.Clamp(ticks - _time.GetUtcNow().UtcTicks, 0, TimeSpan.TicksPerDay);
            _timer.Change(new TimeSpan(wait), Timeout.InfiniteTimeSpan);
        }
    }

    private void RunDue()
    {
        if (_stopping)
        {
            return;
        }

        (QueueId Id, uint Tag)[] due;
        lock (_lock)
        {
            long now = _time.GetUtcNow().UtcTicks;
            while (_deferred.TryPeek(out ulong id, out long ticks) && ticks <= now)
            {
                _deferred.Dequeue();
                if (_messages.TryGetValue(id, out NullMessage? message)
                    && message is { Claimed: false, Held: false } && message.NextAttempt.UtcTicks == ticks)
                {
                    Claim(message);
                    _due.Add((message.Id, message.Tag));
                }
            }

            due = [.. _due];
            _due.Clear();
            SetTimer();
        }

        foreach ((QueueId id, uint tag) in due)
        {
            Tell(_consumer!, id, tag, null);
        }
    }

    private void Tell(IQueueConsumer consumer, QueueId id, uint tag, Envelope? envelope)
    {
        try
        {
            consumer.Ready(id, tag, envelope);
        }
        catch (Exception exception)
        {
            Return(id, _time.GetUtcNow() + _failureWait);
            _options.OnIncident?.Invoke(new MailQueueIncident(
                MailQueueIncidentKind.ConsumerFailed, id, "Delivery failed to take a ready message.", exception));
        }
    }

    private void Remove(NullMessage message)
    {
        _messages.Remove(message.Id.Value);
        _removed++;
        if (message.References == 0)
        {
            message.Reset();
            ReturnMessage(message);
        }
    }
}
