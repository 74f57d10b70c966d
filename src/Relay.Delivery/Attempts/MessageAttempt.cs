using Relay.Delivery.Client;
using Relay.Delivery.Destinations;
using Relay.Delivery.Notifications;
using Relay.Delivery.Scheduling;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Smtp.Replies;
using Relay.Tls;

namespace Relay.Delivery.Attempts;

/// <summary>
/// One message on its way to one destination: the opened message, the recipients that go there and what became of them.
/// A worker uses the same object for message after message; one caller at a time.
/// </summary>
internal sealed class MessageAttempt : IDisposable
{
    /// <summary>Bounds what routes that change all the time can cost.</summary>
    private static readonly TimeSpan _rerouteWait = TimeSpan.FromSeconds(1);

    private readonly DeliveryContext _context;
    private readonly ReplyArena _replies = new();
    private readonly RecipientList _recipients = new();
    private MessageClass? _class;
    private int _transaction;
    private long _stamp;
    private bool _hasClaims;

    public MessageAttempt(DeliveryContext context)
    {
        _context = context;
        Message = context.Queue.CreateQueued();
    }

    public QueuedMessage Message { get; }

    public QueueId Id { get; private set; }

    /// <summary>When the attempt began, by the clock's timestamps.</summary>
    public long Started { get; private set; }

    /// <summary>The recipients of this job.</summary>
    public Span<RecipientAttempt> Recipients => _recipients.All;

    public int Count => _recipients.Count;

    /// <summary>Unfinished recipients of the message that are other destinations' business.</summary>
    public int OtherRecipients { get; private set; }

    /// <summary>The session broke on a reused connection and the message was tried afresh: not a second time.</summary>
    public bool Retried { get; set; }

    /// <summary>
    /// No connection could be made: the next attempt follows the destination's pause, not the schedule.
    /// </summary>
    public TimeSpan? Pause { get; set; }

    /// <summary>
    /// Put back into the destination's line untried, or given back to the queue: nothing is to be reported.
    /// </summary>
    public bool Parked { get; set; }

    /// <summary>Broken off by the stop: recipients without an outcome stay as they were.</summary>
    public bool Abandoned { get; set; }

    /// <summary>The host that gave the outcomes, <c>name [1.2.3.4]</c>; empty if none was reached.</summary>
    public byte[] Peer { get; set; } = [];

    /// <summary>The TLS session that the last transaction went through; null: in clear, or there was none.</summary>
    public TlsInfo? Tls { get; set; }

    /// <summary>
    /// Opens the message and selects the unfinished recipients whose route is the destination. False if there is
    /// nothing to do: the job was given back or ended.
    /// </summary>
    public ValueTask<bool> OpenAsync(QueueId id, Destination destination)
    {
        Reset(id);
        if (!TryOpenMessage(id))
        {
            return new ValueTask<bool>(false);
        }

        int unresolved = SelectRecipients(destination, 0);
        return unresolved < 0
            ? new ValueTask<bool>(HasWork(destination))
            : SelectSlowlyAsync(destination, unresolved);
    }

    /// <summary>
    /// Opens the message for telling of failures that were kept, as far as they still stand. False if there is nothing
    /// to do: the job was given back.
    /// </summary>
    public bool TryReopen(FailureRound round)
    {
        Reset(round.Id);
        if (!TryOpenMessage(round.Id))
        {
            return false;
        }

        Dictionary<int, KeptFailure> failures = [];
        foreach (KeptFailure failure in round.Failures)
        {
            if (failures.TryAdd(failure.Recipient.Ordinal, failure))
            {
                _recipients.Add(Message, failure.Recipient.Ordinal, failure.Recipient.Address);
            }
        }

        if (!TryClaim()) // who tries a recipient again will tell of it
        {
            return false;
        }

        _recipients.Filter(this, static (attempt, ordinal) => attempt.IsUnfinished(ordinal));
        foreach (ref RecipientAttempt recipient in Recipients)
        {
            int sender = recipient.Sender;
            KeptFailure kept = failures[recipient.Ordinal];
            recipient = kept.Recipient;
            recipient.Sender = sender;
            recipient.TextOffset = _replies.Store(kept.Text, out recipient.TextLength);
        }

        if (Count == 0)
        {
            GiveBack(_rerouteWait);
        }

        return Count > 0;
    }

    public ReadOnlySpan<byte> ForwardPath(in RecipientAttempt recipient) =>
        Message.Envelope.GetRecipient(recipient.Ordinal).ForwardPath;

    /// <summary>The mailbox to name in RCPT.</summary>
    public ReadOnlySpan<byte> RcptAddress(in RecipientAttempt recipient) =>
        recipient.Address is { } address ? address : ForwardPath(recipient);

    /// <summary>The reverse-path that the recipient is sent with and reported to; empty is the null one.</summary>
    public ReadOnlySpan<byte> ReversePath(in RecipientAttempt recipient) =>
        Message.Envelope.GetRecipient(recipient.Ordinal).ReversePath;

    public ReadOnlyMemory<byte> Text(in RecipientAttempt recipient) =>
        _replies.Get(recipient.TextOffset, recipient.TextLength);

    /// <summary>The times of the message; reads its header section when first asked.</summary>
    public MessageLife GetLife(LifeRules rules)
    {
        try
        {
            return rules.Of(_class ??= ClassFields.Read(Message));
        }
        catch (MailQueueException exception)
        {
            _context.LogFailure(Id, exception);
            return rules.Of(default);
        }
    }

    public void Finish(
        ref RecipientAttempt recipient,
        RecipientStatus status,
        int code,
        EnhancedStatusCode enhancedCode,
        ReadOnlySpan<byte> text)
    {
        recipient.Progress = RecipientProgress.Finished;
        recipient.Transaction = _transaction;
        recipient.Status = status;
        recipient.Code = (ushort)code;
        recipient.EnhancedCode = enhancedCode;
        recipient.Peer = Peer;
        recipient.TextOffset = _replies.Store(text, out recipient.TextLength);
    }

    /// <summary>Ends all recipients that are at <paramref name="progress"/> with the reply.</summary>
    public void FinishAll(
        RecipientProgress progress,
        RecipientStatus status,
        int code,
        EnhancedStatusCode enhancedCode,
        ReadOnlySpan<byte> text)
    {
        foreach (ref RecipientAttempt recipient in Recipients)
        {
            if (recipient.Progress == progress)
            {
                Finish(ref recipient, status, code, enhancedCode, text);
            }
        }
    }

    /// <summary>Ends every recipient that has no outcome yet.</summary>
    public void FinishRest(
        RecipientStatus status,
        int code,
        EnhancedStatusCode enhancedCode,
        ReadOnlySpan<byte> text)
    {
        foreach (ref RecipientAttempt recipient in Recipients)
        {
            if (recipient.Progress != RecipientProgress.Finished)
            {
                Finish(ref recipient, status, code, enhancedCode, text);
            }
        }
    }

    /// <summary>Ends every recipient of one reverse-path that has no outcome yet.</summary>
    public void FinishSender(
        int sender,
        RecipientStatus status,
        int code,
        EnhancedStatusCode enhancedCode,
        ReadOnlySpan<byte> text)
    {
        foreach (ref RecipientAttempt recipient in Recipients)
        {
            if (recipient.Sender == sender && recipient.Progress != RecipientProgress.Finished)
            {
                Finish(ref recipient, status, code, enhancedCode, text);
            }
        }
    }

    public void FinishRest(DeliveryFailure failure)
    {
        Peer = failure.Peer;
        FinishRest(
            failure.IsPermanent ? RecipientStatus.Bounced : RecipientStatus.Deferred,
            failure.Code,
            failure.EnhancedCode,
            failure.Text);
    }

    /// <summary>Takes back what was sent of the present transaction; nothing of it counts.</summary>
    public void Rewind()
    {
        foreach (ref RecipientAttempt recipient in Recipients)
        {
            if (recipient.Progress is RecipientProgress.Sent or RecipientProgress.Accepted)
            {
                recipient.Progress = RecipientProgress.Waiting;
            }
        }
    }

    /// <summary>A transaction begins; what was found before stays, whatever becomes of it.</summary>
    public void BeginTransaction() => _transaction++;

    /// <summary>Takes back the outcomes that the present transaction gave: they may be another command's.</summary>
    public void TakeBack()
    {
        foreach (ref RecipientAttempt recipient in Recipients)
        {
            if (recipient.Progress == RecipientProgress.Finished && recipient.Transaction == _transaction)
            {
                recipient.Progress = RecipientProgress.Waiting;
            }
        }
    }

    public int CountAt(RecipientProgress progress)
    {
        int count = 0;
        foreach (ref RecipientAttempt recipient in Recipients)
        {
            count += recipient.Progress == progress ? 1 : 0;
        }

        return count;
    }

    /// <summary>Whose recipients the next transaction is for: the reverse-path of the first that waits.</summary>
    public int NextSender()
    {
        foreach (ref RecipientAttempt recipient in Recipients)
        {
            if (recipient.Progress == RecipientProgress.Waiting)
            {
                return recipient.Sender;
            }
        }

        return 0;
    }

    /// <summary>
    /// Takes the recipients in hand, where other jobs of the message are under way; those that another one has, or has
    /// done with since the message was opened, are the attempt's no more. False if there is nothing left to open: the
    /// job was given back.
    /// </summary>
    public bool TryClaim()
    {
        if (Message.Envelope.RecipientCount == 1 || (!HasOtherJobs && _context.Claims.IsQuiet(Id, _stamp)))
        {
            return true;
        }

        int count = Count;
        _hasClaims = true;
        _recipients.Filter(
            this, static (attempt, ordinal) => attempt._context.Claims.TryClaim(attempt.Id, ordinal, attempt));
        OtherRecipients += count - Count;
        return _context.Claims.Stamp(Id) == _stamp || TryReadAgain();
    }

    /// <summary>
    /// Lets the recipients go, of whom the queue knows nothing new. False if the attempt had none in hand.
    /// </summary>
    public bool ReleaseClaims() => ReleaseClaims(hasOutcomes: false);

    /// <summary>Lets the recipients go: the queue knows what became of them.</summary>
    public void EndClaims() => ReleaseClaims(hasOutcomes: true);

    public void Dispose()
    {
        ReleaseClaims();
        Message.Dispose();
    }

    private bool HasOtherJobs => _context.Queue.TryGetInfo(Id, out QueueEntryInfo info) && info.Jobs > 1;

    /// <summary>
    /// Somebody has ended with recipients since the message was opened: leaves out those that are done.
    /// </summary>
    private bool TryReadAgain()
    {
        if (!TryOpenMessage(Id))
        {
            return false;
        }

        _recipients.Filter(this, static (attempt, ordinal) => attempt.IsUnfinished(ordinal));
        return true;
    }

    /// <summary>If it is not, it is let go.</summary>
    private bool IsUnfinished(int ordinal)
    {
        bool isUnfinished = Message.GetStatus(ordinal) <= RecipientStatus.Deferred;
        if (!isUnfinished)
        {
            _context.Claims.Release(Id, ordinal, this, hasOutcome: false);
        }

        return isUnfinished;
    }

    private bool ReleaseClaims(bool hasOutcomes)
    {
        if (!_hasClaims)
        {
            return false;
        }

        _hasClaims = false;
        foreach (ref RecipientAttempt recipient in Recipients)
        {
            _context.Claims.Release(Id, recipient.Ordinal, this, hasOutcomes);
        }

        return true;
    }

    private void Reset(QueueId id)
    {
        ReleaseClaims();
        Id = id;
        Started = _context.Heartbeat.Time.GetTimestamp();
        _recipients.Clear();
        OtherRecipients = 0;
        Retried = false;
        Pause = null;
        Parked = false;
        Abandoned = false;
        _class = null;
        _transaction = 0;
        Peer = [];
        Tls = null;
        _replies.Reset();
    }

    private bool TryOpenMessage(QueueId id)
    {
        _stamp = _context.Claims.Stamp(id); // before the states are read
        try
        {
            if (_context.Queue.TryOpen(id, Message))
            {
                return true;
            }
        }
        catch (MailQueueException exception)
        {
            _context.LogFailure(id, exception);
        }

        GiveBack(_context.Life.Options.Initial);
        return false;
    }

    /// <summary>
    /// Selects from a recipient on; the ordinal of the first whose route must be waited for, else -1.
    /// </summary>
    private int SelectRecipients(Destination destination, int from)
    {
        for (int ordinal = from; ordinal < Message.Envelope.RecipientCount; ordinal++)
        {
            if (Message.GetStatus(ordinal) > RecipientStatus.Deferred)
            {
                continue;
            }

            ReadOnlySpan<byte> forwardPath = Message.Envelope.GetRecipient(ordinal).ForwardPath;
            if (!_context.Routes.TryResolve(forwardPath, out RecipientRoute route)
                || !_context.Sites.TryGetKnown(route.Route, out Route found))
            {
                return ordinal;
            }

            Select(destination, ordinal, found, route.Address);
        }

        return -1;
    }

    private async ValueTask<bool> SelectSlowlyAsync(Destination destination, int ordinal)
    {
        while (ordinal >= 0)
        {
            byte[] forwardPath = Message.Envelope.GetRecipient(ordinal).ForwardPath.ToArray();
            RecipientRoute route = await _context.Router.ResolveAsync(forwardPath);
            Select(destination, ordinal, route.Route, route.Address);
            ordinal = SelectRecipients(destination, ordinal + 1);
        }

        return HasWork(destination);
    }

    private void Select(Destination destination, int ordinal, Route route, byte[]? address)
    {
        if (!destination.Serves(route, Arrival.Of(Message.Envelope, route)))
        {
            OtherRecipients++;
            return;
        }

        _recipients.Add(Message, ordinal, address);
    }

    private bool HasWork(Destination destination)
    {
        ushort[]? moved = OtherRecipients > 0 ? _context.Places.TakeMoved(this, destination) : null;
        if (Count > 0 && moved is not null)
        {
            _context.Router.RouteMore(Id, moved); // a job more: before the claims, which need not be where there is one
            moved = null;
        }

        if (Count > 0 && !TryClaim())
        {
            return false;
        }

        if (Count > 0)
        {
            return true;
        }

        if (OtherRecipients > 0 && _context.Queue.TryGetInfo(Id, out QueueEntryInfo info)
            && info.Tag == destination.Number)
        {
            // Its routes changed since it was given to this destination.
            _context.Router.ForgetTag(Id, destination.Number);
        }

        if (moved is not null && _context.Retries.TryKeep(Id, destination, moved) is { } retry)
        {
            _context.Queue.Return(Id, DateTimeOffset.MaxValue);
            _context.Retries.Start(retry, _context.UtcNow + _rerouteWait);
            _context.Retries.OnJobEnded(Id);
            return false;
        }

        GiveBack(_rerouteWait);
        return false;
    }

    private void GiveBack(TimeSpan wait)
    {
        ReleaseClaims();
        _context.Queue.Return(Id, _context.UtcNow + wait);
        _context.Retries.OnJobEnded(Id);
    }
}
