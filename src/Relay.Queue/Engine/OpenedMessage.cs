using System.Buffers;
using Relay.Queue.Index;
using Relay.Queue.Journal;
using Relay.Queue.Records;

namespace Relay.Queue.Engine;

/// <summary>
/// A message read from the journal. The Accept record stays in a rented buffer, so small content needs no second read;
/// of large content one chunk at a time is kept. Reused; one caller at a time.
/// </summary>
internal sealed class OpenedMessage(QueueStore store) : QueuedMessage
{
    private byte[] _record = ArrayPool<byte>.Shared.Rent(4096);
    private byte[] _chunk = ArrayPool<byte>.Shared.Rent(16);
    private byte[] _state = ArrayPool<byte>.Shared.Rent(256);
    private ReadOnlyMemory<byte> _body;
    private ReadOnlyMemory<byte> _chunkBody;
    private int _chunkNumber = -1;
    private long _chunkStart;
    private AcceptFields _fields;
    private bool _open;

    public RecipientStates States { get; } = new();

    /// <summary>Which Accept record is open.</summary>
    public long AcceptAddress { get; private set; }

    /// <summary>Which State record <see cref="States"/> goes up to.</summary>
    public long StateAddress { get; private set; }

    /// <summary>True if <see cref="States"/> are those that the index knows of.</summary>
    public bool HasStatesOf(in IndexEntry entry) =>
        StateAddress == entry.StateAddress && (StateAddress != 0 || AcceptAddress == entry.AcceptAddress);

    public override ReadOnlySpan<byte> HoldReason => Record().HoldReason;

    public override RecipientStatus GetStatus(int ordinal) => States.GetStatus(ordinal);

    public override bool IsDelayNotified(int ordinal) => States.IsDelayNotified(ordinal);

    public override ReadOnlySpan<byte> GetLastReply(int ordinal) => States.GetReply(ordinal);

    public override int Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        int done = 0;
        while (done < destination.Length && offset < WireLength)
        {
            ReadOnlySpan<byte> piece = PieceAt(offset);
            int length = Math.Min(piece.Length, destination.Length - done);
            piece[..length].CopyTo(destination[done..]);
            done += length;
            offset += length;
        }

        return done;
    }

    public override void Dispose()
    {
        _open = false;
        _body = _chunkBody = default;
        Free(ref _record);
        Free(ref _chunk);
        Free(ref _state);
        Envelope.Dispose();
    }

    /// <summary>Reads the message as the index knows it: envelope and recipients' states.</summary>
    public void Load(in IndexEntry entry)
    {
        LoadAccept(entry);
        AcceptRecord record = Record();
        Id = new QueueId(entry.Id);
        Received = DateTimeOffset.FromUnixTimeMilliseconds(_fields.ReceivedMilliseconds);
        Flags = _fields.Content;
        WireLength = _fields.WireLength;
        Size = _fields.WireLength - _fields.StuffedDots;
        Attempts = entry.Attempts;
        Envelope.Reset();
        Envelope.Body = _fields.Body;
        Envelope.Return = _fields.Return;
        Envelope.SmtpUtf8 = _fields.SmtpUtf8;
        if (!EnvelopeCodec.TryRead(record.Envelope, _fields.RecipientCount, Envelope))
        {
            ThrowDamaged("The envelope is not readable.");
        }

        LoadStates(entry);
        _open = true;
    }

    /// <summary>Reads the recipients' states again, as the index knows them now.</summary>
    public void LoadStates(in IndexEntry entry)
    {
        if (store.TryGetRecent(entry, States))
        {
            StateAddress = entry.StateAddress;
            return;
        }

        if (entry.AcceptAddress != AcceptAddress)
        {
            // The cleaner moved the message since it was opened: its states up to then are in the new Accept record.
            bool open = _open;
            LoadAccept(entry);
            _open = open;
        }

        States.Reset(_fields.RecipientCount);
        StateAddress = -1;
        bool full = false;
        long address = entry.StateAddress;
        while (address != 0 && !full)
        {
            ReadOnlyMemory<byte> body = store.ReadState(entry.Id, address, ref _state);
            var reader = new BodyReader(body.Span);
            StateFields fields = StateFields.Read(ref reader);
            if (reader.Overrun || !States.TryApplyOlder(body.Span[StateFields.Length..], fields.OutcomeCount))
            {
                ThrowDamaged("A state record is not readable.");
            }

            full = (fields.Flags & StateFlags.Full) != 0;
            address = fields.Previous;
        }

        if (!full && !States.TryApplyOlder(Record().States, _fields.StateCount))
        {
            ThrowDamaged("The states in the Accept record are not readable.");
        }

        StateAddress = entry.StateAddress;
    }

    /// <summary>The Accept record; for the cleaner, which writes it again.</summary>
    public AcceptParts Parts => new(_body);

    public int ChunkCount => _fields.ChunkCount;

    /// <summary>A chunk's content, straight from the journal; for the cleaner.</summary>
    public ReadOnlyMemory<byte> ReadChunk(int number)
    {
        LoadChunk(number);
        return _chunkBody;
    }

    private static void Free(ref byte[] buffer)
    {
        byte[] old = buffer;
        buffer = [];
        if (old.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(old);
        }
    }

    private static void ThrowDamaged(string message) => throw new MailQueueException(MailQueueError.Damaged, message);

    private AcceptRecord Record()
    {
        if (!AcceptRecord.TryRead(_body.Span, out AcceptRecord record))
        {
            ThrowDamaged("Not an Accept record.");
        }

        return record;
    }

    private void LoadAccept(in IndexEntry entry)
    {
        _open = false;
        _chunkNumber = -1;
        _body = default;
        ReadOnlyMemory<byte> body =
            store.Journal.Read(entry.AcceptAddress, entry.Length.ReadHint, ref _record, out RecordHeader header);
        if (header.Kind != QueueRecordKind.Accept || header.QueueId != entry.Id
            || !AcceptRecord.TryRead(body.Span, out AcceptRecord record))
        {
            throw new MailQueueException(MailQueueError.Damaged, "Not the message's Accept record.");
        }

        _body = body;
        _fields = record.Fields;
        AcceptAddress = entry.AcceptAddress;
    }

    private ReadOnlySpan<byte> PieceAt(long offset)
    {
        if (!_open)
        {
            throw new InvalidOperationException("No message is open.");
        }

        AcceptRecord record = Record();
        if (offset < record.Prologue.Length)
        {
            return record.Prologue[(int)offset..];
        }

        offset -= record.Prologue.Length;
        long restStart = WireLength - record.Prologue.Length - record.Rest.Length;
        if (offset >= restStart)
        {
            return record.Rest[(int)(offset - restStart)..];
        }

        if (_chunkNumber < 0 || offset < _chunkStart || offset >= _chunkStart + _chunkBody.Length)
        {
            SeekChunk(offset);
        }

        return _chunkBody.Span[(int)(offset - _chunkStart)..];
    }

    private void SeekChunk(long offset)
    {
        AcceptRecord record = Record();
        int number = 0;
        long start = 0;
        if (_chunkNumber >= 0 && offset >= _chunkStart)
        {
            number = _chunkNumber;
            start = _chunkStart;
        }

        while (number < _fields.ChunkCount && offset >= start + record.GetChunk(number).Length)
        {
            start += record.GetChunk(number++).Length;
        }

        if (number == _fields.ChunkCount)
        {
            ThrowDamaged("The chunks are shorter than the content.");
        }

        try
        {
            LoadChunk(number);
        }
        catch (MailQueueException e) when (e.Error is MailQueueError.Damaged or MailQueueError.StorageFailed)
        {
            // The cleaner may have moved the message and freed its old place. The content is the same at the new one.
            Relocated();
            LoadChunk(number);
        }

        _chunkStart = start;
    }

    private void LoadChunk(int number)
    {
        ChunkPlace place = Record().GetChunk(number);
        _chunkNumber = -1;
        ReadOnlyMemory<byte> body = store.Journal.Read(
            place.Address, RecordLayout.Length + ChunkEntry.HeaderLength + place.Length, ref _chunk,
            out RecordHeader header);
        if (header.Kind != QueueRecordKind.Chunk || header.QueueId != Id.Value
            || body.Length != ChunkEntry.HeaderLength + place.Length)
        {
            ThrowDamaged("Not the message's Chunk record.");
        }

        _chunkBody = body[ChunkEntry.HeaderLength..];
        _chunkNumber = number;
    }

    // Throws what the read threw if the message is still where it was.
    private void Relocated()
    {
        if (!store.Index.TryGet(Id.Value, out IndexEntry entry))
        {
            throw new MailQueueException(MailQueueError.NotFound, "The message was removed while it was read.");
        }

        if (entry.AcceptAddress != AcceptAddress)
        {
            LoadAccept(entry);
            _open = true;
        }
    }
}
