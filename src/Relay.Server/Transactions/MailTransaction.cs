using System.Buffers;
using System.Diagnostics;
using Relay.Queue;
using Relay.Server.Policies;
using Relay.Smtp;
using Relay.Smtp.Commands;
using Relay.Smtp.Data;

namespace Relay.Server.Transactions;

/// <summary>
/// One mail transaction (RFC 5321 §3.3): its envelope, its content on the way into the queue. Taken from a pool at
/// MAIL and given back when it ends, so that idle sessions hold none and steady traffic allocates nothing. Owned by
/// one session at a time; not thread-safe.
/// </summary>
internal sealed class MailTransaction : IDisposable
{
    private readonly IncomingMessage _incoming;
    private readonly byte[] _id = new byte[QueueId.TextLength];
    private readonly RecipientSet _present = new();
    private readonly byte[] _givenPath = new byte[SmtpLimits.PathMax];
    private byte[] _paths = new byte[512];
    private byte[] _prologue = new byte[512];
    private int _givenPathLength;
    private bool _begun;
    private bool _hasReplacements;

    public MailTransaction(IMailQueue queue)
    {
        _incoming = queue.CreateIncoming();
        PieceSize = queue.PieceSize;
        Request = new AcceptRequest(new Envelope());
        Chunks = new ChunkBuffer();
    }

    /// <summary>State over all content of the transaction. A field, because its methods change it.</summary>
    public ContentScanner Scanner;

    /// <summary>State over the header section. A field, because its methods change it.</summary>
    public HeaderScanner Header;

    /// <summary>State over the chunks of BDAT. A field, because its methods change it.</summary>
    public DotStuffer Stuffer;

    public int PieceSize { get; }

    public AcceptRequest Request { get; }

    public Envelope Envelope => Request.Envelope;

    public ChunkBuffer Chunks { get; }

    /// <summary>The header section that takes the place of the one that came; empty if that goes as it is.</summary>
    public ChunkBuffer Rewritten { get; } = new();

    /// <summary>The header section was rewritten, or left as it is: what follows goes through.</summary>
    public bool HasPassedHeader { get; set; }

    /// <summary>The header section is longer than a rewriter takes.</summary>
    public bool HasOverlongHeader { get; set; }

    /// <summary>Set once content cannot be accepted any more; the rest of it is read and dropped.</summary>
    public ContentRefusal Refusal { get; private set; }

    /// <summary>RCPTs of this transaction that were accepted, however many recipients each became.</summary>
    public int AcceptedRecipients { get; private set; }

    /// <summary>RCPTs of this transaction that were refused.</summary>
    public int RefusedRecipients { get; set; }

    /// <summary>Octets at the beginning of the input that are scanned, and kept there.</summary>
    public long Held { get; set; }

    /// <summary>Wire octets that were scanned, the terminator included once it is found.</summary>
    public long Scanned { get; set; }

    /// <summary>Wire octets that the queue has already.</summary>
    public long Appended { get; set; }

    /// <summary>BDAT was used in this transaction: DATA and RCPT may not follow (RFC 3030 §2).</summary>
    public bool IsChunked { get; set; }

    /// <summary>A chunk was refused: only RSET helps (RFC 3030 §2).</summary>
    public bool HasFailedChunk { get; set; }

    /// <summary>Octets of content that BDAT announced so far, the present chunk included.</summary>
    public long AnnouncedOctets { get; set; }

    /// <summary>The message is accepted and dropped: the queue does not see it.</summary>
    public bool IsDiscarded { get; set; }

    /// <summary>The sender as a local user gave it who may not speak for it; null if there is no such doubt.</summary>
    public byte[]? ForeignSender { get; set; }

    /// <summary>The queue id; valid from <see cref="BeginContent"/> on.</summary>
    public QueueId Id => _incoming.Id;

    /// <summary>If not null, the message is held, and this says why.</summary>
    public byte[]? HoldReason { get; set; }

    /// <summary>The message is not tried at once.</summary>
    public bool IsQueuedOnly => Request.FirstWait > TimeSpan.Zero;

    /// <summary>The queue id, printed; valid from <see cref="BeginContent"/> on.</summary>
    public ReadOnlySpan<byte> PrintedId => _id;

    /// <summary>The path last given to <see cref="Remember"/>.</summary>
    public ReadOnlyMemory<byte> Path { get; private set; }

    /// <summary>The ORCPT last given to <see cref="Remember"/>.</summary>
    public ReadOnlyMemory<byte> OriginalRecipient { get; private set; }

    public DsnNotify Notify { get; private set; }

    /// <summary>Fills the envelope from MAIL.</summary>
    public void Begin(in MailCommand command)
    {
        Debug.Assert(Envelope.RecipientCount == 0 && !_begun);
        Envelope envelope = Envelope;
        envelope.SetReversePath(command.Mailbox);
        envelope.SetEnvelopeId(command.EnvelopeId);
        envelope.Body = command.Body;
        envelope.SmtpUtf8 = command.SmtpUtf8;
        envelope.Return = command.Return;
        Remember(command.Mailbox, default, DsnNotify.Unspecified);
    }

    /// <summary>Keeps what a policy is asked about where it stays while the policy thinks.</summary>
    public void Remember(ReadOnlySpan<byte> path, ReadOnlySpan<byte> originalRecipient, DsnNotify notify)
    {
        int length = path.Length + originalRecipient.Length;
        if (_paths.Length < length)
        {
            _paths = new byte[Math.Max(length, _paths.Length * 2)];
        }

        path.CopyTo(_paths);
        originalRecipient.CopyTo(_paths.AsSpan(path.Length));
        Path = _paths.AsMemory(0, path.Length);
        OriginalRecipient = _paths.AsMemory(path.Length, originalRecipient.Length);
        Notify = notify;
    }

    /// <summary>Adds the recipient last given to <see cref="Remember"/>, or what takes its place.</summary>
    /// <returns>False if the envelope cannot take so many; nothing has changed.</returns>
    public bool TryAddRecipient(IReadOnlyList<ReplacementRecipient>? replacements)
    {
        if (replacements is null)
        {
            if (Envelope.RecipientCount >= RecipientReplacement.RecipientsMax)
            {
                return false;
            }

            if (!_hasReplacements || !IsPresent(Path.Span))
            {
                Envelope.AddRecipient(Path.Span, OriginalRecipient.Span, Notify);
            }
        }
        else if (RecipientReplacement.TryAdd(
            Envelope, _present, replacements, Path.Span, OriginalRecipient.Span, Notify))
        {
            _hasReplacements = true; // from here on a member of a list may also be given by itself
        }
        else
        {
            return false;
        }

        if (AcceptedRecipients++ == 0)
        {
            _givenPathLength = Math.Min(Path.Length, _givenPath.Length);
            Path.Span[.._givenPathLength].CopyTo(_givenPath);
        }

        return true;
    }

    /// <summary>Starts the message in the queue: it has an id from here on.</summary>
    /// <exception cref="MailQueueException">The queue takes no message.</exception>
    public void BeginContent()
    {
        Debug.Assert(!_begun);
        _incoming.Begin();
        _begun = true;
        _incoming.Id.Format(_id);
        IsDiscarded |= Envelope.RecipientCount == 0;
        if (IsDiscarded)
        {
            Abort(); // only the id was wanted
        }
    }

    /// <summary>Refuses the content. The queue forgets what it has of it.</summary>
    public void Refuse(ContentRefusal reason)
    {
        if (Refusal == ContentRefusal.None)
        {
            Refusal = reason;
            Abort();
        }
    }

    /// <summary>Looks whether what was scanned so far can still be accepted.</summary>
    /// <param name="octets">Wire octets of content so far.</param>
    public void Check(SmtpServerSettings settings, long octets)
    {
        ContentRefusal reason = Judge(settings, octets);
        if (reason != ContentRefusal.None)
        {
            Refuse(reason);
        }
    }

    /// <summary>
    /// The verdict at the end. Among several reasons that the content gives it is always the same one, whatever came
    /// first and however it was cut; a failure of the queue stands as it is.
    /// </summary>
    public ContentRefusal Settle(SmtpServerSettings settings, long octets)
    {
        if (Refusal is not (ContentRefusal.InsufficientStorage or ContentRefusal.StorageFailed or ContentRefusal.Stopping))
        {
            Check(settings, octets);
            Refusal = Judge(settings, octets);
        }

        return Refusal;
    }

    public ValueTask AppendAsync(ReadOnlySequence<byte> piece)
    {
        Appended += piece.Length;
        if (IsDiscarded)
        {
            return ValueTask.CompletedTask;
        }

        try
        {
            return _incoming.AppendAsync(piece);
        }
        catch (MailQueueException exception)
        {
            return ValueTask.FromException(exception);
        }
    }

    /// <summary>Gives the rest of the content and the envelope to the queue.</summary>
    /// <param name="warning">A header field with its CRLF that follows the trace field; may be empty.</param>
    public ValueTask AcceptAsync(
        scoped in ReceivedFieldValues trace,
        scoped ReadOnlySpan<byte> warning,
        ReadOnlySequence<byte> rest)
    {
        Appended += rest.Length + Rewritten.Count;
        if (IsDiscarded)
        {
            return ValueTask.CompletedTask;
        }

        ReadOnlySpan<byte> recipient = AcceptedRecipients == 1 ? _givenPath.AsSpan(0, _givenPathLength) : default;
        int length = ReceivedField.LengthMax(
            trace.Helo.Length + trace.Client.Length + trace.HostName.Length + trace.Tls.Length + recipient.Length)
            + warning.Length + Rewritten.Count;
        if (_prologue.Length < length)
        {
            _prologue = new byte[length];
        }

        length = ReceivedField.Write(_prologue, trace, recipient);
        warning.CopyTo(_prologue.AsSpan(length));
        Rewritten.Written.CopyTo(_prologue.AsSpan(length + warning.Length));
        length += warning.Length + Rewritten.Count;
        Envelope.SetHelo(trace.Helo);
        Envelope.SetClient(trace.Client);
        Request.Prologue = _prologue.AsMemory(0, length);
        Request.Flags = Scanner.Flags;
        Request.StuffedDotCount = Scanner.StuffedDotCount;
        Request.Hold = HoldReason is not null;
        Request.HoldReason = HoldReason;
        _begun = false; // whatever comes of it, there is nothing left to abort
        try
        {
            return _incoming.AcceptAsync(Request, rest);
        }
        catch (MailQueueException exception)
        {
            return ValueTask.FromException(exception);
        }
    }

    /// <summary>Makes the transaction empty; keeps its memory.</summary>
    public void Reset()
    {
        Abort();
        _hasReplacements = false;
        _present.Reset();
        Request.Reset();
        Chunks.Release();
        Rewritten.Release();
        HasPassedHeader = false;
        HasOverlongHeader = false;
        Scanner = default;
        Header = default;
        Stuffer = default;
        Refusal = ContentRefusal.None;
        AcceptedRecipients = 0;
        RefusedRecipients = 0;
        IsDiscarded = false;
        ForeignSender = null;
        HoldReason = null;
        Held = 0;
        Scanned = 0;
        Appended = 0;
        AnnouncedOctets = 0;
        IsChunked = false;
        HasFailedChunk = false;
    }

    public void Dispose()
    {
        Reset();
        _incoming.Dispose();
        Envelope.Dispose();
    }

    /// <summary>Whether the path is a recipient already, with the message's reverse-path.</summary>
    private bool IsPresent(ReadOnlySpan<byte> path) =>
        _present.Contains(Envelope, Envelope.RecipientCount, path, reversePath: null);

    private ContentRefusal Judge(SmtpServerSettings settings, long octets) =>
        Scanner.HasBareLf ? ContentRefusal.BareLineFeed
        : Scanner.HasBareCr ? ContentRefusal.BareCarriageReturn
        : !IsChunked && octets - Scanner.StuffedDotCount > settings.MessageSizeMax ? ContentRefusal.TooLarge
        : Header.ReceivedCount > settings.ReceivedFieldsMax ? ContentRefusal.TooManyHops
        : HasOverlongHeader ? ContentRefusal.HeadersTooLarge
        : ContentRefusal.None; // chunks are measured when they are announced

    private void Abort()
    {
        if (_begun)
        {
            _begun = false;
            _incoming.Abort();
        }
    }
}
