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
    private volatile IJournal _journal;
    private volatile bool _failed;

    public QueueStore(
        IJournal journal, MessageIndex index, SegmentLedger segments, TimeProvider time,
        Action<MailQueueIncident>? onIncident)
    {
        _journal = journal;
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

    public IJournal Journal => _journal;

    public ReadOnlySpan<StateStripe> Stripes => _stripes;

    /// <summary>The journal's condition; a failed one stays failed until another took its place.</summary>
    public MailQueueError Condition => _failed ? MailQueueError.StorageFailed : _journal.Condition;

    /// <summary>Called once per failure, by whoever saw it first.</summary>
    public Action? OnFailed { get; set; }

    public StateStripe StripeOf(ulong id) => _stripes[IdTable.Hash(id) >> StripeShift];

    public void Report(MailQueueIncident incident) => _onIncident?.Invoke(incident);

    /// <summary>Notes that the journal does not work; it is reopened in the background.</summary>
    public void CheckFailure(IJournal journal)
    {
        if (journal.Condition == MailQueueError.StorageFailed && journal == _journal && !_failed)
        {
            _failed = true;
            OnFailed?.Invoke();
        }
    }

    /// <summary>Puts a reopened journal in place. New mail is refused until <see cref="EndFailure"/>.</summary>
    public void Replace(IJournal journal) => _journal = journal;

    public void EndFailure() => _failed = false;

    /// <summary>Counts a message in the segment that it keeps from being freed.</summary>
    public void AddToLedger(in IndexEntry entry) =>
        Segments.Pin(Segments.SegmentOf(entry.AcceptAddress) - entry.SegmentSpan, entry.Length.Total);

    public void TakeFromLedger(in IndexEntry entry) =>
        Segments.Unpin(Segments.SegmentOf(entry.AcceptAddress) - entry.SegmentSpan, entry.Length.Total);

    /// <summary>Reads a State record's body, from RAM if no journal took it yet.</summary>
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
                        buffer = new byte[unwritten.Length];
                    }

                    unwritten.CopyTo(buffer);
                    return buffer.AsMemory(0, unwritten.Length);
                }
            }

            throw new MailQueueException(MailQueueError.Damaged, "A state record moved while it was read.");
        }

        ReadOnlyMemory<byte> body = _journal.Read(address, 0, ref buffer, out RecordHeader header);
        return header.Kind == QueueRecordKind.State && header.QueueId == id
            ? body
            : throw new MailQueueException(MailQueueError.Damaged, "Not the message's State record.");
    }

    /// <summary>Appends a Done record and forgets the message. Under the message's stripe.</summary>
    public void Finish(StateStripe stripe, ulong id, DoneReason reason)
    {
        IJournal journal = _journal;
        stripe.AppendDone(journal, id, reason);
        if (Index.TryRemove(id, out IndexEntry removed))
        {
            TakeFromLedger(removed);
        }

        journal.CommitLazily();
        CheckFailure(journal);
    }
}
