using System.Buffers;
using Relay.Queue.Index;
using Relay.Queue.Records;

namespace Relay.Queue.Engine;

/// <summary>
/// Writes State records. A round's last job writes a full one for up to 64 recipients; else what changed is written,
/// linked to the record before, and a full one at every 16th. All members run under the message's stripe.
/// </summary>
internal static class StateWriter
{
    private const int FullRecipientsMax = 64;

    /// <summary>Writes the recipients' states after <paramref name="outcomes"/> were applied to them.</summary>
    /// <returns>The record's address.</returns>
    public static long Write(
        QueueStore store, StateStripe stripe, in IndexEntry entry, RecipientStates states,
        ReadOnlySpan<RecipientOutcome> outcomes, bool last, long nextAttempt, int attempts)
    {
        if ((last && states.Count <= FullRecipientsMax) || entry.StateDepth >= IndexEntry.StateDepthMax)
        {
            return WriteFull(store, stripe, entry, states, nextAttempt, attempts);
        }

        StateFields fields = FieldsOf(entry, nextAttempt, attempts, states.Unfinished, full: false);
        fields.OutcomeCount = outcomes.Length;
        int length = StateFields.Length;
        foreach (ref readonly RecipientOutcome outcome in outcomes)
        {
            length += states.MeasureOne(outcome.Ordinal);
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        var writer = new BodyWriter(buffer);
        fields.Write(ref writer);
        foreach (ref readonly RecipientOutcome outcome in outcomes)
        {
            states.WriteOne(outcome.Ordinal, withReply: true, ref writer);
        }

        return Append(store, stripe, entry.Id, buffer, length, fields);
    }

    /// <summary>Writes the recipients' states completely.</summary>
    /// <returns>The record's address.</returns>
    public static long WriteFull(
        QueueStore store, StateStripe stripe, in IndexEntry entry, RecipientStates states, long nextAttempt,
        int attempts)
    {
        StateFields fields = FieldsOf(entry, nextAttempt, attempts, states.Unfinished, full: true);
        bool withReplies = true;
        int octets = states.Measure(withReplies, out fields.OutcomeCount);
        if (octets > store.Journal.BodyLengthMax - StateFields.Length)
        {
            withReplies = false;
            octets = states.Measure(withReplies, out fields.OutcomeCount);
        }

        int length = StateFields.Length + octets;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        var writer = new BodyWriter(buffer);
        fields.Write(ref writer);
        states.Write(withReplies, ref writer);
        return Append(store, stripe, entry.Id, buffer, length, fields);
    }

    /// <summary>Writes outcomes on top of states that could not be read.</summary>
    public static void WriteUnseen(
        QueueStore store, StateStripe stripe, in IndexEntry entry, ReadOnlySpan<RecipientOutcome> outcomes,
        long nextAttempt, int attempts, int unfinished)
    {
        StateFields fields = FieldsOf(entry, nextAttempt, attempts, unfinished, full: false);
        fields.OutcomeCount = outcomes.Length;
        int length = StateFields.Length;
        foreach (RecipientOutcome outcome in outcomes)
        {
            length += OutcomeCodec.Measure(outcome.Reply.Length);
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        var writer = new BodyWriter(buffer);
        fields.Write(ref writer);
        foreach (RecipientOutcome outcome in outcomes)
        {
            OutcomeCodec.Write(outcome, ref writer);
        }

        Append(store, stripe, entry.Id, buffer, length, fields);
    }

    /// <summary>Writes that the message is held, released or quarantined; its recipients stay as they are.</summary>
    public static void WriteFlags(QueueStore store, StateStripe stripe, in IndexEntry entry, long nextAttempt)
    {
        WriteUnseen(store, stripe, entry, default, nextAttempt, entry.Attempts, entry.Unfinished);
    }

    private static StateFields FieldsOf(in IndexEntry entry, long nextAttempt, int attempts, int unfinished, bool full)
    {
        StateFlags flags = full ? StateFlags.Full : StateFlags.None;
        flags |= entry.Has(EntryFlags.Held) ? StateFlags.Held : StateFlags.None;
        flags |= entry.Has(EntryFlags.Quarantined) ? StateFlags.Quarantined : StateFlags.None;
        return new StateFields
        {
            Previous = full ? 0 : entry.StateAddress,
            NextAttemptMilliseconds = nextAttempt,
            Attempts = attempts,
            Unfinished = unfinished,
            Depth = full ? 0 : Math.Min(entry.StateDepth + 1, IndexEntry.StateDepthMax),
            Flags = flags,
        };
    }

    private static long Append(
        QueueStore store, StateStripe stripe, ulong id, byte[] buffer, int length, in StateFields fields)
    {
        long address = stripe.AppendState(store, id, buffer, length);
        store.Index.TryChange(id, new EntryChanges.SetState(address, fields.Depth, fields.Unfinished), out _);
        store.Journal.CommitLazily();
        return address;
    }
}
