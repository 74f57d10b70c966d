using System.Collections.Concurrent;
using Relay.Queue.Index;
using Relay.Queue.Journal;
using Relay.Queue.Records;
using Relay.Queue.Snapshots;

namespace Relay.Queue.Engine;

/// <summary>
/// The queue on a journal: its contract on top of <see cref="QueueStore"/> (records), <see cref="MessageIndex"/> (what
/// RAM knows) and <see cref="AttemptScheduler"/> (time). Changes of one message's recipients are ordered by its stripe.
/// </summary>
internal sealed class MailQueue : IMailQueue
{
    public const int PieceLength = 64 << 10;

    /// <summary>Ids are reserved this far ahead of the clock: one durable write of the journal per so much time.</summary>
    private static readonly TimeSpan _idReserve = TimeSpan.FromSeconds(10);

    private readonly QueueStore _store;
    private readonly QueueIdSource _ids;
    private readonly AttemptScheduler _scheduler;
    private readonly QueueKeeper _keeper;
    private readonly ConcurrentBag<OpenedMessage> _readers = [];
    private readonly Lock _reserving = new();
    private readonly long _messagesMax;
    private readonly long _firstAddress;
    private long _accepted;
    private long _removed;
    private volatile bool _stopping;

    public MailQueue(QueueStore store, QueueIdSource ids, SnapshotStore? snapshots, MailQueueOptions options)
    {
        _store = store;
        _ids = ids;
        _messagesMax = options.MessagesMax;
        _keeper = new QueueKeeper(store, snapshots, options);
        _firstAddress = store.Journal.TailAddress;
        _scheduler = new AttemptScheduler(store.Index, store.Time);
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
                Volatile.Read(ref _removed),
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

    internal IQueueConsumer? Consumer => _scheduler.Consumer;

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
                return entry.Unfinished == opened.States.Unfinished || TryCorrect(entry.Id, opened);
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
        var opened = (OpenedMessage)message;
        if (outcomes.IsEmpty)
        {
            Return(opened.Id, nextAttempt);
            return;
        }

        ulong id = opened.Id.Value;
        bool unfinished = false;
        foreach (ref readonly RecipientOutcome outcome in outcomes)
        {
            unfinished |= !RecipientStates.IsTerminal(outcome.Status);
        }

        StateStripe stripe = _store.StripeOf(id);
        int gate = _store.Gate.Enter();
        IndexEntry after = default;
        lock (stripe.Lock)
        {
            if (Index.TryGet(id, out IndexEntry entry))
            {
                Complete(stripe, entry, opened, outcomes, nextAttempt, unfinished, out after);
            }
        }

        _store.Gate.Exit(gate);
        ArmFor(after);
    }

    public void Return(QueueId id, DateTimeOffset nextAttempt)
    {
        StateStripe stripe = _store.StripeOf(id.Value);
        int gate = _store.Gate.Enter();
        IndexEntry after = default;
        lock (stripe.Lock)
        {
            if (Index.TryGet(id.Value, out IndexEntry entry))
            {
                if (entry is { Jobs: <= 1, Unfinished: 0 })
                {
                    Finish(stripe, id.Value, DoneReason.Delivered);
                }
                else
                {
                    uint next = Index.Clock.ToTick(nextAttempt);
                    Index.TryChange(id.Value, new EntryChanges.EndJob(next, next, attempted: false), out after);
                }
            }
        }

        _store.Gate.Exit(gate);
        ArmFor(after);
    }

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

    public bool Hold(QueueId id) => ChangeFlags(id, default(EntryChanges.Hold), out _);

    public bool Release(QueueId id)
    {
        if (!ChangeFlags(id, default(EntryChanges.Release), out IndexEntry after))
        {
            return false;
        }

        if (after.State == QueueEntryState.Deferred && !Expedite(id))
        {
            ArmFor(after);
        }

        return true;
    }

    public bool Expedite(QueueId id)
    {
        if (Consumer is not { } consumer
            || !Index.TryChange(id.Value, default(EntryChanges.Claim), out IndexEntry entry))
        {
            return false;
        }

        consumer.Ready(id, entry.Tag, null);
        return true;
    }

    public bool Delete(QueueId id)
    {
        StateStripe stripe = _store.StripeOf(id.Value);
        int gate = _store.Gate.Enter();
        bool found;
        lock (stripe.Lock)
        {
            found = Index.TryGet(id.Value, out _);
            if (found)
            {
                Finish(stripe, id.Value, DoneReason.Deleted);
            }
        }

        _store.Gate.Exit(gate);
        return found;
    }

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
        info = new QueueEntryInfo(id, entry.State, entry.Tag, entry.Attempts, entry.Unfinished, next);
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
        while (_readers.TryTake(out OpenedMessage? reader))
        {
            reader.Dispose();
        }
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
        bool ready = !hold && Consumer is not null;
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
            _scheduler.Arm(0);
        }

        return ready;
    }

    /// <summary>Applies what a durable notification says of its parent's recipients; harmless if it was before.</summary>
    internal void ApplyToParent(QueueId parent, ReadOnlySpan<byte> outcomes, int count)
    {
        StateStripe stripe = _store.StripeOf(parent.Value);
        if (!_readers.TryTake(out OpenedMessage? reader))
        {
            reader = new OpenedMessage(_store);
        }

        try
        {
            lock (stripe.Lock)
            {
                if (!Index.TryGet(parent.Value, out IndexEntry entry))
                {
                    return;
                }

                reader.Load(entry);
                int unfinished = reader.States.Unfinished;
                reader.States.Apply(outcomes, count);
                if (reader.States.Unfinished == unfinished)
                {
                    return;
                }

                if (reader.States.Unfinished == 0 && !entry.Has(EntryFlags.Claimed))
                {
                    Finish(stripe, entry.Id, ReasonOf(reader.States));
                    return;
                }

                long address =
                    StateWriter.WriteFull(_store, stripe, entry, reader.States, NextOf(entry), entry.Attempts);
                stripe.Recent.Put(entry.Id, address, reader.States);
            }
        }
        catch (MailQueueException e)
        {
            _store.Report(new MailQueueIncident(
                MailQueueIncidentKind.MessageDamaged, parent, "A notification's parent could not be read.", e));
        }
        finally
        {
            _readers.Add(reader);
        }
    }

    private static DoneReason ReasonOf(RecipientStates states) =>
        states.AnyDelivered() ? DoneReason.Delivered : DoneReason.Undeliverable;

    private void Complete(
        StateStripe stripe, in IndexEntry entry, OpenedMessage opened, ReadOnlySpan<RecipientOutcome> outcomes,
        DateTimeOffset nextAttempt, bool unfinished, out IndexEntry after)
    {
        RecipientStates states = opened.States;
        bool seen = opened.StateAddress == entry.StateAddress || TryLoadStates(opened, entry);
        foreach (ref readonly RecipientOutcome outcome in outcomes)
        {
            states.Apply(outcome);
        }

        bool last = entry.Jobs <= 1;
        if (seen && last && states.Unfinished == 0)
        {
            Finish(stripe, entry.Id, ReasonOf(states));
            after = default;
            return;
        }

        // The record comes first: once the job has ended, the message may be handed out again at once.
        uint asked = Index.Clock.ToTick(nextAttempt);
        uint next = unfinished ? asked : IndexEntry.NoAttempt;
        uint earliest = Math.Min(entry.NextAttempt, next);
        long due = !last ? 0 : Index.Clock.ToMilliseconds(earliest == IndexEntry.NoAttempt ? asked : earliest);
        int attempts = Math.Min(entry.Attempts + 1, ushort.MaxValue);
        if (seen)
        {
            long address = StateWriter.Write(_store, stripe, entry, states, outcomes, last, due, attempts);
            if (!last)
            {
                stripe.Recent.Put(entry.Id, address, states);
            }
        }
        else
        {
            StateWriter.WriteUnseen(
                _store, stripe, entry, outcomes, due, attempts, Math.Max(1, entry.Unfinished - outcomes.Length));
        }

        Index.TryChange(entry.Id, new EntryChanges.EndJob(next, asked, attempted: true), out after);
    }

    private bool TryLoadStates(OpenedMessage opened, in IndexEntry entry)
    {
        try
        {
            opened.LoadStates(entry);
            return true;
        }
        catch (MailQueueException)
        {
            return false;
        }
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
                Quarantine(entry.Id, e);
                throw;
            }

            return false;
        }
    }

    // The index counted recipients while their states could not be read. False if none is left: the message is done.
    private bool TryCorrect(ulong id, OpenedMessage opened)
    {
        StateStripe stripe = _store.StripeOf(id);
        lock (stripe.Lock)
        {
            if (!Index.TryGet(id, out IndexEntry entry))
            {
                return false;
            }

            if (entry.StateAddress == opened.StateAddress)
            {
                Index.TryChange(
                    id,
                    new EntryChanges.SetState(entry.StateAddress, entry.StateDepth, opened.States.Unfinished),
                    out _);
            }

            return opened.States.Unfinished > 0;
        }
    }

    private void Quarantine(ulong id, MailQueueException reason)
    {
        if (ChangeFlags(new QueueId(id), default(EntryChanges.Quarantine), out _))
        {
            _store.Report(new MailQueueIncident(
                MailQueueIncidentKind.MessageDamaged, new QueueId(id), "A damaged message was quarantined.", reason));
        }
    }

    private bool ChangeFlags<TChange>(QueueId id, in TChange change, out IndexEntry after)
        where TChange : struct, IEntryChange
    {
        StateStripe stripe = _store.StripeOf(id.Value);
        int gate = _store.Gate.Enter();
        bool changed;
        lock (stripe.Lock)
        {
            changed = Index.TryChange(id.Value, change, out after);
            if (changed)
            {
                StateWriter.WriteFlags(_store, stripe, after, NextOf(after));
            }
        }

        _store.Gate.Exit(gate);
        return changed;
    }

    private void Finish(StateStripe stripe, ulong id, DoneReason reason)
    {
        _store.Finish(stripe, id, reason);
        Interlocked.Increment(ref _removed);
        _keeper.Nudge();
    }

    private long NextOf(in IndexEntry entry) =>
        entry.Has(EntryFlags.Claimed) || entry.NextAttempt is 0 or IndexEntry.NoAttempt
            ? 0
            : Index.Clock.ToMilliseconds(entry.NextAttempt);

    private void ArmFor(in IndexEntry entry)
    {
        if (entry.Id != 0 && entry.State == QueueEntryState.Deferred)
        {
            _scheduler.Arm(entry.NextAttempt);
        }
    }
}
