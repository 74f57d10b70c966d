using Relay.Queue.Index;
using Relay.Queue.Journal;
using Relay.Queue.Snapshots;

namespace Relay.Queue.Engine;

/// <summary>
/// The queue on a journal: its contract on top of <see cref="QueueStore"/> (records), <see cref="MessageIndex"/> (what
/// RAM knows) and <see cref="AttemptScheduler"/> (time). Changes of one message's recipients are ordered by its stripe.
/// </summary>
internal sealed class MailQueue : IMailQueue
{
    public const int PieceLength = 64 << 10;

    /// <summary>
    /// Ids are reserved this far ahead of the clock: one durable write of the journal per so much time.
    /// </summary>
    private static readonly TimeSpan _idReserve = TimeSpan.FromSeconds(10);

    private readonly QueueStore _store;
    private readonly QueueIdSource _ids;
    private readonly AttemptScheduler _scheduler;
    private readonly QueueKeeper _keeper;
    private readonly MessageChanges _changes;
    private readonly Lock _reserving = new();
    private readonly long _messagesMax;
    private readonly long _firstAddress;
    private long _accepted;
    private volatile bool _stopping;

    public MailQueue(QueueStore store, QueueIdSource ids, SnapshotStore? snapshots, MailQueueOptions options)
    {
        _store = store;
        _ids = ids;
        _messagesMax = options.MessagesMax;
        _keeper = new QueueKeeper(store, snapshots, options);
        _changes = new MessageChanges(store, _keeper);
        _firstAddress = store.Journal.TailAddress;
        _scheduler = new AttemptScheduler(store, _changes);
    }

    public int PieceSize => PieceLength;

    public MailQueueError Condition
    {
        get
        {
            if (_stopping)
            {
                return MailQueueError.Stopping;
            }

            MailQueueError condition = _store.Journal.Condition;
            return condition == MailQueueError.None && _store.Index.Count >= _messagesMax
                ? MailQueueError.InsufficientStorage
                : condition;
        }
    }

    public QueueStatistics Statistics
    {
        get
        {
            Span<long> states = stackalloc long[4];
            _store.Index.CountStates(states);
            IJournal journal = _store.Journal;
            return new QueueStatistics(
                Volatile.Read(ref _accepted),
                _changes.Removed,
                _store.Index.Count,
                states[(int)QueueEntryState.Deferred],
                states[(int)QueueEntryState.Active],
                states[(int)QueueEntryState.Held],
                states[(int)QueueEntryState.Quarantined],
                journal.Commits,
                journal.TailAddress - _firstAddress,
                journal.BytesOnDisk);
        }
    }

    internal QueueStore Store => _store;

    internal QueueKeeper Keeper => _keeper;

    internal MessageChanges Changes => _changes;

    internal AttemptScheduler Scheduler => _scheduler;

    private MessageIndex Index => _store.Index;

    public IncomingMessage CreateIncoming() => new IncomingQueueMessage(this, _store);

    public QueuedMessage CreateQueued() => new OpenedMessage(_store);

    public void Start(IQueueConsumer consumer) => _scheduler.Start(consumer);

    public void Assign(QueueId id, int jobs, uint tag)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(jobs, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(jobs, ushort.MaxValue);
        Index.TryChange(id.Value, new EntryChanges.Assign(jobs, tag), out _);
    }

    public bool TryAddJob(QueueId id) => Index.TryChange(id.Value, default(EntryChanges.AddJob), out _);

    public bool TryOpen(QueueId id, QueuedMessage message)
    {
        var opened = (OpenedMessage)message;
        while (true)
        {
            if (!Index.TryGet(id.Value, out IndexEntry entry) || entry.Has(EntryFlags.Held))
            {
                return false;
            }

            if (entry.Has(EntryFlags.Quarantined))
            {
                throw new MailQueueException(MailQueueError.Damaged, "The message is quarantined.");
            }

            if (TryLoad(entry, opened))
            {
                return entry.Unfinished == opened.States.Unfinished || _changes.TryCorrect(entry.Id, opened);
            }
        }
    }

    public bool TryInspect(QueueId id, QueuedMessage message)
    {
        var opened = (OpenedMessage)message;
        while (Index.TryGet(id.Value, out IndexEntry entry))
        {
            if (TryLoad(entry, opened))
            {
                return true;
            }
        }

        return false;
    }

    public void Complete(QueuedMessage message, ReadOnlySpan<RecipientOutcome> outcomes, DateTimeOffset nextAttempt)
    {
        IndexEntry after = outcomes.IsEmpty
            ? _changes.Return(message.Id, nextAttempt)
            : _changes.Complete((OpenedMessage)message, outcomes, nextAttempt);
        _scheduler.Arm(after);
    }

    public void Return(QueueId id, DateTimeOffset nextAttempt) => _scheduler.Arm(_changes.Return(id, nextAttempt));

    public async ValueTask FlushAsync()
    {
        // A commit makes room for what the journal did not take before.
        bool settled = _store.TrySettle();
        await _store.Journal.CommitAsync();
        while (!settled)
        {
            settled = _store.TrySettle();
            await _store.Journal.CommitAsync();
        }
    }

    public bool Hold(QueueId id) => _changes.TryChangeFlags(id, default(EntryChanges.Hold), out _);

    public bool Release(QueueId id)
    {
        if (!_changes.TryChangeFlags(id, default(EntryChanges.Release), out IndexEntry after))
        {
            return false;
        }

        if (after.State == QueueEntryState.Deferred && !Expedite(id))
        {
            _scheduler.Arm(after);
        }

        return true;
    }

    public bool Expedite(QueueId id)
    {
        if (_scheduler.Consumer is null
            || !Index.TryChange(id.Value, default(EntryChanges.Claim), out IndexEntry entry))
        {
            return false;
        }

        _scheduler.Tell(id, entry.Tag, null);
        return true;
    }

    public bool Delete(QueueId id) => _changes.Delete(id);

    public IEnumerable<QueueEntryInfo> Enumerate()
    {
        foreach (ulong id in Index.SortedIds())
        {
            if (TryGetInfo(new QueueId(id), out QueueEntryInfo info))
            {
                yield return info;
            }
        }
    }

    public bool TryGetInfo(QueueId id, out QueueEntryInfo info)
    {
        if (!Index.TryGet(id.Value, out IndexEntry entry))
        {
            info = default;
            return false;
        }

        DateTimeOffset next = entry.NextAttempt is 0 or IndexEntry.NoAttempt
            ? default
            : Index.Clock.ToTime(entry.NextAttempt);
        info = new QueueEntryInfo(
            id, entry.State, entry.Tag, entry.Attempts, entry.Unfinished, next, entry.Jobs);
        return true;
    }

    /// <summary>Intake stops, what is under way ends, the last states become durable, the journal closes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        await _scheduler.DisposeAsync();
        await _keeper.StopAsync();
        await _store.Gate.DrainAsync();
        try
        {
            await FlushAsync();
            await _keeper.DisposeAsync();
        }
        catch (MailQueueException e)
        {
            _store.Report(new MailQueueIncident(
                MailQueueIncidentKind.Storage, default, "The last commit failed.", e));
        }

        await _store.Journal.DisposeAsync();
        _changes.Dispose();
    }

    internal void ThrowIfUnavailable()
    {
        MailQueueError condition = Condition;
        if (condition != MailQueueError.None)
        {
            throw new MailQueueException(condition, "The queue takes no messages now.");
        }
    }

    internal QueueId NextId()
    {
        IJournal journal = _store.Journal;
        QueueId id = _ids.Next();
        if (id.Value >= journal.ReservedQueueIds)
        {
            lock (_reserving)
            {
                if (id.Value >= journal.ReservedQueueIds)
                {
                    journal.ReserveQueueIds(QueueId.FromTime(id.Created + _idReserve).Value);
                }
            }
        }

        return id;
    }

    /// <summary>Makes a durable message known; true if the caller must tell the consumer.</summary>
    internal bool Insert(in IndexEntry accepted, bool hold)
    {
        IndexEntry entry = accepted;
        bool ready = !hold && entry.NextAttempt == 0 && _scheduler.Consumer is not null;
        if (ready)
        {
            entry.Set(EntryFlags.Claimed, true);
            entry.NextAttempt = IndexEntry.NoAttempt;
        }

        _store.AddToLedger(entry);
        Index.TryAdd(entry);
        Interlocked.Increment(ref _accepted);
        _keeper.Nudge();
        if (!ready && !hold)
        {
            _scheduler.Arm(entry.NextAttempt);
        }

        return ready;
    }

    // False if the message moved or went while it was read: look again.
    private bool TryLoad(in IndexEntry entry, OpenedMessage opened)
    {
        try
        {
            opened.Load(entry);
            return true;
        }
        catch (MailQueueException e) when (e.Error == MailQueueError.Damaged)
        {
            if (Index.TryGet(entry.Id, out IndexEntry now)
                && now.AcceptAddress == entry.AcceptAddress && now.StateAddress == entry.StateAddress)
            {
                _changes.Quarantine(entry.Id, e);
                throw;
            }

            return false;
        }
    }
}
