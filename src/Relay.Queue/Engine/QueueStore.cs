using System.Buffers;
using Relay.Queue.Index;
using Relay.Queue.Journal;
using Relay.Queue.Records;

namespace Relay.Queue.Engine;

/// <summary>
/// What the parts of the engine share: the journal in use, the index, the ledger of segments, the stripes that order
/// state records. Thread-safe. Lock order: a stripe, then inside it a shard of the index, never the other way.
/// </summary>
internal sealed class QueueStore
{
    private const int StripeCount = 64;
    private const int StripeShift = 58;

    private readonly StateStripe[] _stripes = new StateStripe[StripeCount];
    private readonly Action<MailQueueIncident>? _onIncident;

    public QueueStore(
        IJournal journal, MessageIndex index, SegmentLedger segments, TimeProvider time,
        Action<MailQueueIncident>? onIncident)
    {
        Journal = journal;
        _onIncident = onIncident;
        Index = index;
        Segments = segments;
        Time = time;
        for (int i = 0; i < StripeCount; i++)
        {
            _stripes[i] = new StateStripe();
        }
    }

    public MessageIndex Index { get; }

    public SegmentLedger Segments { get; }

    public RecordGate Gate { get; } = new();

    public TimeProvider Time { get; }

    public IJournal Journal { get; }

    public ReadOnlySpan<StateStripe> Stripes => _stripes;

    /// <summary>
    /// A stripe keeps a record that the journal did not take; called under its lock, must only make a note.
    /// </summary>
    public Action? OnUnwritten { get; set; }

    public StateStripe StripeOf(ulong id) => _stripes[IdTable.Hash(id) >> StripeShift];

    public void Report(MailQueueIncident incident) => _onIncident?.Invoke(incident);

    /// <summary>Counts a message in the segment that it keeps from being freed.</summary>
    public void AddToLedger(in IndexEntry entry) =>
        Segments.Pin(Segments.SegmentOf(entry.AcceptAddress) - entry.SegmentSpan, entry.Length.Total);

    public void TakeFromLedger(in IndexEntry entry) =>
        Segments.Unpin(Segments.SegmentOf(entry.AcceptAddress) - entry.SegmentSpan, entry.Length.Total);

    /// <summary>
    /// The states up to the entry's newest record from RAM, if that is not durable yet and still known.
    /// </summary>
    public bool TryGetRecent(in IndexEntry entry, RecipientStates states)
    {
        if (entry.StateAddress < Journal.CommittedAddress)
        {
            return false;
        }

        StateStripe stripe = StripeOf(entry.Id);
        lock (stripe.Lock)
        {
            return stripe.Recent.TryGet(entry.Id, entry.StateAddress, states);
        }
    }

    /// <summary>Reads a State record's body into a rented buffer, from RAM if no journal took it yet.</summary>
    public ReadOnlyMemory<byte> ReadState(ulong id, long address, ref byte[] buffer)
    {
        if (address >= StateStripe.UnwrittenBase)
        {
            StateStripe stripe = StripeOf(id);
            lock (stripe.Lock)
            {
                if (stripe.TryGetUnwritten(id, address, out ReadOnlyMemory<byte> unwritten))
                {
                    if (buffer.Length < unwritten.Length)
                    {
                        byte[] larger = ArrayPool<byte>.Shared.Rent(unwritten.Length);
                        ArrayPool<byte>.Shared.Return(buffer);
                        buffer = larger;
                    }

                    unwritten.CopyTo(buffer);
                    return buffer.AsMemory(0, unwritten.Length);
                }
            }

            throw new MailQueueException(MailQueueError.Damaged, "A state record moved while it was read.");
        }

        ReadOnlyMemory<byte> body = Journal.Read(address, 0, ref buffer, out RecordHeader header);
        return header.Kind == QueueRecordKind.State && header.QueueId == id
            ? body
            : throw new MailQueueException(MailQueueError.Damaged, "Not the message's State record.");
    }

    /// <summary>Appends a Done record and forgets the message. Under the message's stripe.</summary>
    public void Finish(StateStripe stripe, ulong id, DoneReason reason)
    {
        stripe.AppendDone(this, id, reason);
        if (Index.TryRemove(id, out IndexEntry removed))
        {
            TakeFromLedger(removed);
        }

        Journal.CommitLazily();
    }

    /// <summary>
    /// Says that a message whose Accept record could not be made durable in time does not exist: its client was told
    /// so, but the record may still reach the disk.
    /// </summary>
    public void Refuse(ulong id)
    {
        StateStripe stripe = StripeOf(id);
        lock (stripe.Lock)
        {
            stripe.AppendDone(this, id, DoneReason.Refused);
        }
    }

    /// <summary>Appends the states that the journal did not take when they came; false if some still wait.</summary>
    public bool TrySettle()
    {
        bool settled = true;
        foreach (StateStripe stripe in _stripes)
        {
            lock (stripe.Lock)
            {
                settled &= !stripe.HasUnwritten || stripe.TrySettle(this);
            }
        }

        return settled;
    }
}
