using System.Buffers;
using System.Threading.Tasks.Sources;
using Relay.Queue.Index;
using Relay.Queue.Journal;
using Relay.Queue.Records;

namespace Relay.Queue.Engine;

/// <summary>
/// A message on its way into the journal. Reused by its session for every message: the draft, the list of chunks and
/// the completion are its own, so an accept allocates nothing. While chunks are in the log without an Accept record, or
/// that is not in the index yet, the segment they begin in is pinned.
/// </summary>
internal sealed class IncomingQueueMessage(MailQueue queue, QueueStore store) : IncomingMessage, IValueTaskSource
{
    /// <summary>A little more than a piece goes into one record rather than into two.</summary>
    private const int ChunkLengthMax = 2 * MailQueue.PieceLength;

    /// <summary>
    /// Octets that may wait for a commit before a stream of chunks waits for it: every commit has to write all that
    /// came before, so more would make small messages wait for large ones.
    /// </summary>
    private const long UncommittedMax = 16 << 20;

    /// <summary>So many recipients never need as much room as a piece of the content.</summary>
    private const int RecipientsFew = 64;

    private readonly AcceptDraft _draft = new();
    private Waiter? _waiter;
    private ManualResetValueTaskSourceCore<bool> _completion;
    private AcceptRequest? _request;
    private byte[]? _parentOutcomes;
    private long _pinned = -1;
    private long _firstAddress;
    private long _storedLength;
    private long _acceptAddress;
    private int _gate;

    private bool _begun;

    /// <summary>The Accept record is appended; from here on the commit decides.</summary>
    private bool _accepting;

    public override void Begin()
    {
        Abort();
        queue.ThrowIfUnavailable();
        Id = queue.NextId();
        _begun = true;
    }

    public override async ValueTask AppendAsync(ReadOnlySequence<byte> content)
    {
        ThrowIfNotBegun();
        try
        {
            while (content.Length > 0)
            {
                long length = content.Length <= ChunkLengthMax ? content.Length : MailQueue.PieceLength;
                await AppendChunkAsync(content.Slice(0, length));
                content = content.Slice(length);
            }
        }
        catch
        {
            Abort();
            throw;
        }
    }

    public override ValueTask AcceptAsync(AcceptRequest request, ReadOnlySequence<byte> rest)
    {
        ThrowIfNotBegun();
        if (request.Prologue.Length + rest.Length > MailQueue.PieceLength || IsEnvelopeLarge(request))
        {
            return AcceptLargeAsync(request, rest);
        }

        return Accept(request, rest);
    }

    public override void Abort()
    {
        if (_accepting)
        {
            return;
        }

        if (_draft.Chunks.Count > 0)
        {
            AppendAbort();
        }

        Forget();
    }

    public override void Dispose() => Abort();

    void IValueTaskSource.GetResult(short token) => _completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _completion.OnCompleted(continuation, state, token, flags);

    private static bool IsEnvelopeLarge(AcceptRequest request) =>
        request.Envelope.RecipientCount > RecipientsFew
        && EnvelopeCodec.Measure(request.Envelope) > MailQueue.PieceLength;

    private void ThrowIfNotBegun()
    {
        if (_accepting || !_begun)
        {
            throw new InvalidOperationException("Begin was not called.");
        }
    }

    private async ValueTask AppendChunkAsync(ReadOnlySequence<byte> content)
    {
        Pin();
        long address = await store.Journal.AppendAsync(
            new RecordHeader(QueueRecordKind.Chunk, 0, Id.Value), new ChunkEntry(_draft.ChunkedLength, content));
        AddToLength(address, ChunkEntry.HeaderLength + content.Length);
        _draft.AddChunk(new ChunkPlace(address, (int)content.Length));
        if (store.Journal.TailAddress - store.Journal.CommittedAddress > UncommittedMax)
        {
            await store.Journal.CommitAsync();
        }
    }

    private async ValueTask AcceptLargeAsync(AcceptRequest request, ReadOnlySequence<byte> rest)
    {
        // A large envelope fills the record by itself; else a piece of the content still fits.
        long inline = IsEnvelopeLarge(request) ? 0 : Math.Max(0, MailQueue.PieceLength - request.Prologue.Length);
        long chunked = rest.Length <= inline ? 0 : rest.Length;
        if (chunked > 0)
        {
            await AppendAsync(rest.Slice(0, chunked));
        }

        await Accept(request, rest.Slice(chunked));
    }

    private ValueTask Accept(AcceptRequest request, ReadOnlySequence<byte> rest)
    {
        long length = Fill(request, rest);
        if (length > store.Journal.BodyLengthMax)
        {
            Abort();
            throw new MailQueueException(MailQueueError.InsufficientStorage, "The envelope is too large.");
        }

        _request = request;
        _gate = store.Gate.Enter();
        _accepting = true;
        Pin();
        ValueTask<long> append;
        try
        {
            append = store.Journal.AppendAsync(
                new RecordHeader(QueueRecordKind.Accept, (ushort)FlagsOf(request), Id.Value),
                new AcceptDraft.Entry(_draft));
        }
        catch (MailQueueException)
        {
            Fail();
            throw;
        }

        return append.IsCompletedSuccessfully ? Join(append.Result) : JoinLaterAsync(append);
    }

    private async ValueTask JoinLaterAsync(ValueTask<long> append)
    {
        long address;
        try
        {
            address = await append;
        }
        catch (MailQueueException)
        {
            Fail();
            throw;
        }

        await Join(address);
    }

    private ValueTask Join(long address)
    {
        AddToLength(address, _draft.Fields.BodyLength);
        _acceptAddress = address;
        _completion.Reset();
        short version = _completion.Version;
        store.Journal.Join(_waiter ??= new Waiter(this));
        return new ValueTask(this, version);
    }

    private static AcceptFlags FlagsOf(AcceptRequest request) =>
        (request.Hold ? AcceptFlags.Held : AcceptFlags.None)
        | (request.Parent.IsNone ? AcceptFlags.None : AcceptFlags.HasParent);

    private long Fill(AcceptRequest request, ReadOnlySequence<byte> rest)
    {
        _draft.Fields.ReceivedMilliseconds = store.Index.Clock.NowMilliseconds;
        _draft.Fields.NextAttemptMilliseconds = request.FirstWait > TimeSpan.Zero
            ? _draft.Fields.ReceivedMilliseconds + (long)request.FirstWait.TotalMilliseconds
            : 0;
        _draft.Fields.StuffedDots = request.StuffedDotCount;
        _draft.Fields.Content = request.Flags;
        _draft.Fields.Body = request.Envelope.Body;
        _draft.Fields.Return = request.Envelope.Return;
        _draft.Fields.SmtpUtf8 = request.Envelope.SmtpUtf8;
        _draft.Fields.RecipientCount = request.Envelope.RecipientCount;
        _draft.Fields.Unfinished = request.Envelope.RecipientCount;
        _draft.Envelope = request.Envelope;
        _draft.HoldReason = request.HoldReason[..Math.Min(request.HoldReason.Length, OutcomeCodec.ReplyLengthMax)];
        _draft.Prologue = request.Prologue;
        _draft.Rest = rest;
        if (!request.Parent.IsNone)
        {
            EncodeParent(request);
        }

        return _draft.Measure();
    }

    private void EncodeParent(AcceptRequest request)
    {
        int length = OutcomeCodec.Measure(request.ParentOutcomes);
        _parentOutcomes = ArrayPool<byte>.Shared.Rent(Math.Max(1, length));
        var writer = new BodyWriter(_parentOutcomes);
        foreach (RecipientOutcome outcome in request.ParentOutcomes)
        {
            OutcomeCodec.Write(outcome, ref writer);
        }

        _draft.ParentOutcomes = _parentOutcomes.AsMemory(0, length);
        _draft.Fields.Parent = request.Parent.Value;
        _draft.Fields.ParentOutcomeCount = request.ParentOutcomes.Count;
    }

    private void Pin()
    {
        if (_pinned < 0)
        {
            // Taken before the append: truncation stops here, and no address below can be given out any more.
            _pinned = store.Segments.SegmentOf(store.Journal.TailAddress);
            store.Segments.Pin(_pinned);
        }
    }

    private void AddToLength(long address, long bodyLength)
    {
        _firstAddress = _storedLength == 0 ? address : Math.Min(_firstAddress, address);
        _storedLength += RecordLayout.Length + bodyLength;
    }

    private void AppendAbort()
    {
        try
        {
            // Only a hint: lost or late does not matter, but its failure must not go unobserved.
            ValueTask<long> append = store.Journal.AppendAsync(
                new RecordHeader(QueueRecordKind.Abort, 0, Id.Value),
                new AbortEntry(_draft.Chunks.Count, _draft.ChunkedLength));
            if (!append.IsCompletedSuccessfully)
            {
                append.AsTask().ContinueWith(
                    static task => _ = task.Exception,
                    CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }
        }
        catch (MailQueueException)
        {
            // The storage failed or is closing: the chunks are dead octets without the hint as well.
        }
    }

    private void Fail()
    {
        _accepting = false;
        store.Gate.Exit(_gate);
        Forget();
    }

    // Called on a pool thread once the Accept record is durable, or never will be.
    private void OnCommitted(MailQueueException? error)
    {
        if (error is not null)
        {
            store.Refuse(Id.Value);
            Fail();
            _completion.SetException(error);
            return;
        }

        AcceptRequest request = _request!;
        IndexEntry entry = MakeEntry(request);
        bool ready = queue.Insert(entry, request.Hold);
        if (!request.Parent.IsNone)
        {
            queue.Changes.ApplyToParent(request.Parent, _draft.ParentOutcomes.Span, _draft.Fields.ParentOutcomeCount);
        }

        store.Gate.Exit(_gate);
        QueueId id = Id;
        Forget();
        if (ready)
        {
            queue.Scheduler.Tell(id, 0, request.Envelope);
        }

        _accepting = false;
        _completion.SetResult(true);
    }

    private IndexEntry MakeEntry(AcceptRequest request)
    {
        SegmentLedger segments = store.Segments;
        long next = _draft.Fields.NextAttemptMilliseconds;
        var entry = new IndexEntry
        {
            Id = Id.Value,
            AcceptAddress = _acceptAddress,
            SegmentSpan = (int)(segments.SegmentOf(_acceptAddress) - segments.SegmentOf(_firstAddress)),
            Length = StoredLength.Of(_storedLength, _draft.Chunks.Count > 0),
            Unfinished = (ushort)request.Envelope.RecipientCount,
            NextAttempt = next == 0 ? 0 : store.Index.Clock.ToTick(next),
        };
        entry.Set(EntryFlags.Held, request.Hold);
        return entry;
    }

    private void Forget()
    {
        if (_pinned >= 0)
        {
            store.Segments.Unpin(_pinned);
            _pinned = -1;
        }

        if (_parentOutcomes is { } rented)
        {
            _parentOutcomes = null;
            ArrayPool<byte>.Shared.Return(rented);
        }

        _draft.Reset();
        _request = null;
        _begun = false;
        _storedLength = 0;
    }

    private sealed class Waiter(IncomingQueueMessage message) : CommitWaiter
    {
        public override void OnCommitted(MailQueueException? error) => message.OnCommitted(error);
    }
}
