using System.Collections.Concurrent;
using Relay.Queue.Index;
using Relay.Queue.Records;

namespace Relay.Queue.Engine;

/// <summary>
/// Every change of a message after its acceptance, as a record and in the index: under the message's stripe, so that of
/// two changes the later has the higher address. Thread-safe.
/// </summary>
internal sealed class MessageChanges(QueueStore store, QueueKeeper keeper) : IDisposable
{
    private readonly ConcurrentBag<OpenedMessage> _readers = [];
    private long _removed;

    /// <summary>Messages that ended since the start.</summary>
    public long Removed => Volatile.Read(ref _removed);

    private MessageIndex Index => store.Index;

    /// <summary>Ends a job with outcomes; gives the entry afterwards, or none if the message is gone.</summary>
    public IndexEntry Complete(
        OpenedMessage opened, ReadOnlySpan<RecipientOutcome> outcomes, DateTimeOffset nextAttempt)
    {
        ulong id = opened.Id.Value;
        bool unfinished = false;
        foreach (ref readonly RecipientOutcome outcome in outcomes)
        {
            unfinished |= !RecipientStates.IsTerminal(outcome.Status);
        }

        StateStripe stripe = store.StripeOf(id);
        using RecordGate.Pass pass = store.Gate.EnterScope();
        IndexEntry after = default;
        lock (stripe.Lock)
        {
            if (Index.TryGet(id, out IndexEntry entry))
            {
                Complete(stripe, entry, opened, outcomes, nextAttempt, unfinished, out after);
            }
        }

        return after;
    }

    /// <summary>Ends a job without an attempt; gives the entry afterwards, or none if the message is gone.</summary>
    public IndexEntry Return(QueueId id, DateTimeOffset nextAttempt)
    {
        StateStripe stripe = store.StripeOf(id.Value);
        using RecordGate.Pass pass = store.Gate.EnterScope();
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

        return after;
    }

    public bool Delete(QueueId id)
    {
        StateStripe stripe = store.StripeOf(id.Value);
        using RecordGate.Pass pass = store.Gate.EnterScope();
        bool found;
        lock (stripe.Lock)
        {
            found = Index.TryGet(id.Value, out _);
            if (found)
            {
                Finish(stripe, id.Value, DoneReason.Deleted);
            }
        }

        return found;
    }

    /// <summary>
    /// Applies what a durable notification says of its parent's recipients; harmless if it was before.
    /// </summary>
    public void ApplyToParent(QueueId parent, ReadOnlySpan<byte> outcomes, int count)
    {
        StateStripe stripe = store.StripeOf(parent.Value);
        if (!_readers.TryTake(out OpenedMessage? reader))
        {
            reader = new OpenedMessage(store);
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
                if (!reader.States.TryApplyNotified(outcomes, count))
                {
                    return;
                }

                if (reader.States.Unfinished == 0 && !entry.Has(EntryFlags.Claimed))
                {
                    Finish(stripe, entry.Id, ReasonOf(reader.States));
                    return;
                }

                long address =
                    StateWriter.WriteFull(store, stripe, entry, reader.States, NextOf(entry), entry.Attempts);
                stripe.Recent.Put(entry.Id, address, reader.States);
            }
        }
        catch (MailQueueException e)
        {
            store.Report(new MailQueueIncident(
                MailQueueIncidentKind.MessageDamaged, parent, "A notification's parent could not be read.", e));
        }
        finally
        {
            _readers.Add(reader);
        }
    }

    /// <summary>
    /// Counts the recipients of a message whose states could not be read when they changed. False if none is left: the
    /// message is done.
    /// </summary>
    public bool TryCorrect(ulong id, OpenedMessage opened)
    {
        StateStripe stripe = store.StripeOf(id);
        lock (stripe.Lock)
        {
            if (!Index.TryGet(id, out IndexEntry entry))
            {
                return false;
            }

            if (opened.HasStatesOf(entry))
            {
                Index.TryChange(
                    id,
                    new EntryChanges.SetState(entry.StateAddress, entry.StateDepth, opened.States.Unfinished),
                    out _);
            }

            return opened.States.Unfinished > 0;
        }
    }

    /// <summary>Changes whether the message is held or quarantined, and records it.</summary>
    public bool TryChangeFlags<TChange>(QueueId id, in TChange change, out IndexEntry after)
        where TChange : struct, IEntryChange
    {
        StateStripe stripe = store.StripeOf(id.Value);
        using RecordGate.Pass pass = store.Gate.EnterScope();
        bool changed;
        lock (stripe.Lock)
        {
            changed = Index.TryChange(id.Value, change, out after);
            if (changed)
            {
                StateWriter.WriteFlags(store, stripe, after, NextOf(after));
            }
        }

        return changed;
    }

    public void Quarantine(ulong id, MailQueueException reason)
    {
        if (TryChangeFlags(new QueueId(id), default(EntryChanges.Quarantine), out _))
        {
            store.Report(new MailQueueIncident(
                MailQueueIncidentKind.MessageDamaged, new QueueId(id), "A damaged message was quarantined.", reason));
        }
    }

    public void Dispose()
    {
        while (_readers.TryTake(out OpenedMessage? reader))
        {
            reader.Dispose();
        }
    }

    private static DoneReason ReasonOf(RecipientStates states) =>
        states.AnyDelivered() ? DoneReason.Delivered : DoneReason.Undeliverable;

    private void Complete(
        StateStripe stripe, in IndexEntry entry, OpenedMessage opened, ReadOnlySpan<RecipientOutcome> outcomes,
        DateTimeOffset nextAttempt, bool unfinished, out IndexEntry after)
    {
        RecipientStates states = opened.States;
        bool seen = opened.HasStatesOf(entry) || TryLoadStates(opened, entry);
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
            long address = StateWriter.Write(store, stripe, entry, states, outcomes, last, due, attempts);
            if (!last)
            {
                stripe.Recent.Put(entry.Id, address, states);
            }
        }
        else
        {
            StateWriter.WriteUnseen(
                store, stripe, entry, outcomes, due, attempts, Math.Max(1, entry.Unfinished - outcomes.Length));
        }

        Index.TryChange(entry.Id, new EntryChanges.EndJob(next, asked, attempted: true), out after);
    }

    private static bool TryLoadStates(OpenedMessage opened, in IndexEntry entry)
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

    private void Finish(StateStripe stripe, ulong id, DoneReason reason)
    {
        store.Finish(stripe, id, reason);
        Interlocked.Increment(ref _removed);
        keeper.Nudge();
    }

    private long NextOf(in IndexEntry entry) =>
        entry.Has(EntryFlags.Claimed) || entry.NextAttempt is 0 or IndexEntry.NoAttempt
            ? 0
            : Index.Clock.ToMilliseconds(entry.NextAttempt);
}
