using System.Buffers;
using System.Diagnostics;
using Relay.Smtp;

namespace Relay.Queue.Null;

/// <summary>
/// One message in RAM, pooled. Its fields below the line belong to the queue's lock; content and envelope do not change
/// once it is accepted. <see cref="References"/> keeps it from being reused while a job reads it.
/// </summary>
internal sealed class NullMessage
{
    private const int SpareLengthMax = 16 << 10;

    private readonly List<Piece> _pieces = [];
    private byte[] _spare = [];

    public Envelope Envelope { get; } = new();

    public DateTimeOffset Received { get; set; }

    public ContentFlags Flags { get; set; }

    public long WireLength { get; private set; }

    public long StuffedDotCount { get; set; }

    public QueueId Id { get; set; }

    public bool Held { get; set; }

    /// <summary>The consumer was told and has not given all its jobs back yet.</summary>
    public bool Claimed { get; set; }

    /// <summary>A job of the present round made an attempt.</summary>
    public bool Attempted { get; set; }

    public int Jobs { get; set; }

    public uint Tag { get; set; }

    public int Attempts { get; set; }

    public int Unfinished { get; set; }

    /// <summary>When deferred: its time. While claimed: the earliest that a job of this round asked for.</summary>
    public DateTimeOffset NextAttempt { get; set; }

    public int References { get; set; }

    public byte[] HoldReason { get; set; } = [];

    public RecipientStatus[] Statuses { get; private set; } = new RecipientStatus[8];

    public byte[]?[] Replies { get; private set; } = new byte[]?[8];

    public bool[] DelayNotified { get; private set; } = new bool[8];

    public void Append(ReadOnlySequence<byte> content)
    {
        if (!content.IsEmpty)
        {
            int length = checked((int)content.Length);
            content.CopyTo(AddPiece(_pieces.Count, length));
        }
    }

    /// <summary>Puts the trace fields in front and the rest behind; one piece if there is no other.</summary>
    public void Finish(ReadOnlySpan<byte> prologue, ReadOnlySequence<byte> rest)
    {
        if (_pieces.Count > 0)
        {
            prologue.CopyTo(AddPiece(0, prologue.Length));
            Append(rest);
            return;
        }

        Span<byte> piece = AddPiece(0, prologue.Length + checked((int)rest.Length));
        prologue.CopyTo(piece);
        rest.CopyTo(piece[prologue.Length..]);
    }

    public void PrepareRecipients()
    {
        int count = Envelope.RecipientCount;
        if (Statuses.Length < count)
        {
            Statuses = new RecipientStatus[count];
            Replies = new byte[]?[count];
            DelayNotified = new bool[count];
        }

        Unfinished = count;
    }

    public int Read(long offset, Span<byte> destination)
    {
        int done = 0;
        foreach (Piece piece in _pieces)
        {
            if (offset >= piece.Length)
            {
                offset -= piece.Length;
                continue;
            }

            int length = Math.Min(piece.Length - (int)offset, destination.Length - done);
            piece.Buffer.AsSpan((int)offset, length).CopyTo(destination[done..]);
            done += length;
            offset = 0;
            if (done == destination.Length)
            {
                break;
            }
        }

        return done;
    }

    public static bool IsTerminal(RecipientStatus status) => status >= RecipientStatus.Delivered;

    /// <summary>Takes the outcomes of a job.</summary>
    public void Apply(ReadOnlySpan<RecipientOutcome> outcomes)
    {
        foreach (RecipientOutcome outcome in outcomes)
        {
            if (IsTerminal(Statuses[outcome.Ordinal]))
            {
                continue;
            }

            DelayNotified[outcome.Ordinal] |= outcome.DelayNotified;
            Statuses[outcome.Ordinal] = outcome.Status;
            if (IsTerminal(outcome.Status))
            {
                Unfinished--;
            }
            else
            {
                Replies[outcome.Ordinal] = outcome.Reply.ToArray();
            }
        }
    }

    /// <summary>
    /// Takes what a notification carries. What is not terminal only marks recipients that were tried before.
    /// </summary>
    public void ApplyNotified(IReadOnlyList<RecipientOutcome> outcomes)
    {
        foreach (RecipientOutcome outcome in outcomes)
        {
            RecipientStatus before = Statuses[outcome.Ordinal];
            DelayNotified[outcome.Ordinal] |= outcome.DelayNotified && !IsTerminal(before);
            if (IsTerminal(outcome.Status) || before == RecipientStatus.Pending)
            {
                Apply([outcome]);
            }
        }
    }

    public void Reset()
    {
        Debug.Assert(References == 0);
        foreach (Piece piece in _pieces)
        {
            // One small buffer stays: messages wait in other numbers than the pool's threads keep arrays for.
            if (_spare.Length == 0 && piece.Buffer.Length is > 0 and <= SpareLengthMax)
            {
                _spare = piece.Buffer;
            }
            else
            {
                ArrayPool<byte>.Shared.Return(piece.Buffer);
            }
        }

        int count = Envelope.RecipientCount;
        Array.Clear(Statuses, 0, Math.Min(count, Statuses.Length));
        Array.Clear(Replies, 0, Math.Min(count, Replies.Length));
        Array.Clear(DelayNotified, 0, Math.Min(count, DelayNotified.Length));
        Envelope.Reset();
        _pieces.Clear();
        WireLength = 0;
        Id = default;
        Held = Claimed = Attempted = false;
        Jobs = Attempts = Unfinished = 0;
        Tag = 0;
        NextAttempt = default;
        HoldReason = [];
    }

    private Span<byte> AddPiece(int place, int length)
    {
        byte[] buffer = _spare;
        if (buffer.Length >= length)
        {
            _spare = [];
        }
        else
        {
            buffer = ArrayPool<byte>.Shared.Rent(length);
        }

        _pieces.Insert(place, new Piece(buffer, length));
        WireLength += length;
        return buffer.AsSpan(0, length);
    }

    private readonly record struct Piece(byte[] Buffer, int Length);
}
