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
    private readonly List<Piece> _pieces = [];

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

    public void Append(ReadOnlySequence<byte> content)
    {
        if (content.IsEmpty)
        {
            return;
        }

        int length = checked((int)content.Length);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        content.CopyTo(buffer);
        _pieces.Add(new Piece(buffer, length));
        WireLength += length;
    }

    public void Prepend(ReadOnlySpan<byte> prologue)
    {
        if (prologue.IsEmpty)
        {
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(prologue.Length);
        prologue.CopyTo(buffer);
        _pieces.Insert(0, new Piece(buffer, prologue.Length));
        WireLength += prologue.Length;
    }

    public void PrepareRecipients()
    {
        int count = Envelope.RecipientCount;
        if (Statuses.Length < count)
        {
            Statuses = new RecipientStatus[count];
            Replies = new byte[]?[count];
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

    public void Reset()
    {
        Debug.Assert(References == 0);
        foreach (Piece piece in _pieces)
        {
            ArrayPool<byte>.Shared.Return(piece.Buffer);
        }

        int count = Envelope.RecipientCount;
        Array.Clear(Statuses, 0, Math.Min(count, Statuses.Length));
        Array.Clear(Replies, 0, Math.Min(count, Replies.Length));
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

    private readonly record struct Piece(byte[] Buffer, int Length);
}
