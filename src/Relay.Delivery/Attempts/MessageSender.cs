using System.Buffers;
using System.Runtime.CompilerServices;
using Relay.Delivery.Client;
using Relay.Delivery.Destinations;
using Relay.Queue;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Attempts;

/// <summary>
/// Brings one message after the other to the destination over a <see cref="NextHopSession"/>: runs as many
/// transactions as the server's limits ask for, and reports. With transactions pipelined, the commands of the next
/// message go out in the same write as the final dot of the present one. Owned by one worker.
/// </summary>
internal sealed class MessageSender : IDisposable
{
    /// <summary>A longer message keeps the one behind it waiting for longer than a round trip is worth.</summary>
    private const long PipelinedLengthMax = 64 * 1024;

    private readonly DeliveryContext _context;
    private readonly SmtpClientConnection _connection;
    private readonly NextHopSession _session;
    private readonly FinalReplyReader _finalReply;
    private readonly AttemptReporter _reporter;
    private Destination _destination = null!;
    private bool _sentBehindDot;

    // The message being sent, and the one whose commands are in flight behind it.
    private MessageSlot _current;
    private MessageSlot _following;

    public MessageSender(DeliveryContext context, SmtpClientConnection connection)
    {
        _context = context;
        _connection = connection;
        _session = new NextHopSession(context, connection);
        _finalReply = new FinalReplyReader(connection);
        _reporter = new AttemptReporter(context);
        _current = new MessageSlot(context);
        _following = new MessageSlot(context);
    }

    public void Begin(Destination destination)
    {
        _destination = destination;
        _session.Begin(destination);
    }

    /// <summary>There is a message with a job to end.</summary>
    public bool HasMessage => _current.IsOpen;

    /// <summary>The message has recipients to try: another transaction is to be run.</summary>
    public bool HasWork => _current.IsBegun || _current.Attempt.CountAt(RecipientProgress.Waiting) > 0;

    /// <summary>Opens a message; what there is to do then is told by the properties.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask OpenAsync(QueueId id)
    {
        _current.Open(id);
        _current.IsOpen = await _current.Attempt.OpenAsync(id, _destination);
        Show();
        Prepare();
    }

    /// <summary>
    /// Makes sure that a transaction is begun. False if there is none to run: every recipient has its outcome, or the
    /// message was parked or abandoned.
    /// </summary>
    public ValueTask<bool> BeginTransactionAsync()
    {
        if (_current.IsBegun)
        {
            return new ValueTask<bool>(true);
        }

        return _connection is { IsOpen: true, HasUnreadInput: false } && !_session.IsOutdated
            ? new ValueTask<bool>(TryBegin(_current))
            : ConnectAndBeginAsync();
    }

    /// <summary>Sends the commands and reads their replies; see <see cref="AfterCommandsAsync"/>.</summary>
    public ValueTask<bool> RunCommandsAsync()
    {
        _sentBehindDot = _current.IsBegun;
        _current.IsBegun = false;
        return _current.Transaction.RunAsync();
    }

    /// <summary>Goes on with the content, or draws the consequence of a broken session.</summary>
    public ValueTask AfterCommandsAsync(bool unbroken)
    {
        if (_connection.IsCareful)
        {
            return AfterCarefulCommandsAsync(unbroken);
        }

        if (unbroken && _connection.HasUnreadInput)
        {
            _connection.EndForUnreadInput(ClientPhase.Data); // it would be taken for the answer to the content
            unbroken = false;
        }

        if (!unbroken)
        {
            if (_connection.End == SessionEnd.OutOfStep)
            {
                _current.Attempt.TakeBack(); // what bounces a message must be said of that message
            }

            if (_sentBehindDot && _current.Transaction.IsUnanswered && _connection.End is not SessionEnd.ServiceClosing)
            {
                _destination.Traits.OnPipelinedLost(); // it may lose what comes with a final dot: one at a time
            }

            _session.OnBroken(_current.Attempt);
        }

        return unbroken && _current.Transaction.Accepted > 0 ? SendContentAsync(_current) : ValueTask.CompletedTask;
    }

    /// <summary>Reports the outcomes of the message; the one behind it in the pipeline is next.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask EndAsync()
    {
        if (!_current.Attempt.Parked)
        {
            await _reporter.ReportAsync(_current.Attempt, _destination);
        }

        _current.IsOpen = false;
        if (!_session.IsConnected)
        {
            _connection.Follow(null);
        }

        if (_following.IsOpen)
        {
            (_current, _following) = (_following, _current);
            Show();
            Prepare();
        }
    }

    /// <summary>The attempt boundary: a failing disk or a bug costs the attempt, not the worker.</summary>
    public void Abandon(Exception exception)
    {
        _context.LogFailure(_current.Id, exception);
        _current.GiveBack();
        _following.GiveBack();
        CloseConnection();
    }

    /// <inheritdoc cref="NextHopSession.MustRetire"/>
    public bool MustRetireConnection => _session.MustRetire;

    /// <inheritdoc cref="NextHopSession.QuitAsync"/>
    public async ValueTask QuitAsync()
    {
        await _session.QuitAsync();
        EndDialogue();
    }

    /// <inheritdoc cref="NextHopSession.Leave"/>
    public void Leave() => _session.Leave();

    public void CloseConnection()
    {
        _session.Close();
        EndDialogue();
    }

    public void Dispose()
    {
        _current.Dispose();
        _following.Dispose();
    }

    /// <summary>Somebody may want to see what becomes of the message.</summary>
    private void Show()
    {
        IDialogue? dialogue = _current.IsOpen ? _context.Dialogues?.Find(_current.Id) : null;
        if (dialogue is null && _connection.Dialogue is null)
        {
            return;
        }

        _connection.Follow(dialogue is null ? null : new ConnectionDialogue(dialogue, _current.Attempt));
        if (_connection.IsOpen)
        {
            _connection.Dialogue?.UsingOpenConnection(_connection.Peer);
        }
    }

    /// <summary>Who watched the last message has seen all.</summary>
    private void EndDialogue()
    {
        if (!_current.IsOpen)
        {
            _connection.Follow(null);
        }
    }

    private void Prepare()
    {
        _session.BeginMessage();
        if (!_current.IsOpen)
        {
            return;
        }

        if (!_destination.IsRemote)
        {
            LocalRoutes.Apply(_current.Attempt, _destination.Route);
        }
        else if (_current.IsBegun && !_connection.IsOpen)
        {
            _current.IsBegun = false; // what was in flight is lost; nothing of it counts
            _current.Attempt.Rewind();
        }
    }

    private async ValueTask<bool> ConnectAndBeginAsync()
    {
        while (HasWork)
        {
            if (!_connection.IsOpen)
            {
                if (!await _session.ConnectAsync(_current.Attempt))
                {
                    return false;
                }
            }
            else if (_connection.HasUnreadInput)
            {
                _session.IsReused = _connection.Transactions > 0;
                _connection.EndForUnreadInput(ClientPhase.Mail); // it would be taken for the reply to MAIL
                _session.OnBroken(_current.Attempt);
            }
            else if (_session.IsOutdated)
            {
                await _session.QuitAsync(); // perhaps only since it was begun to be opened
            }
            else
            {
                return TryBegin(_current);
            }
        }

        return false;
    }

    private bool TryBegin(MessageSlot slot)
    {
        slot.Attempt.Tls = _connection.Tls;
        if (!TlsRecipients.Check(slot.Attempt, _connection, _context.Tls))
        {
            return false;
        }

        bool smtpUtf8;
        while (!NextHopRequirements.Check(
            slot.Attempt, _connection, _destination.Route, _context.Options, out smtpUtf8))
        {
            if (slot.Attempt.CountAt(RecipientProgress.Waiting) == 0)
            {
                return false;
            }
        }

        _session.IsReused = _connection.Transactions > 0;
        if (slot.HasTransaction)
        {
            _destination.Control.ChargeTransaction(); // the message took one place in the rate
        }

        slot.HasTransaction = true;
        slot.Transaction.Begin(slot.Attempt, _destination, _connection, smtpUtf8);
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendContentAsync(MessageSlot slot)
    {
        MessageAttempt attempt = slot.Attempt;
        bool chunked = slot.Transaction.UsesChunking;
        bool written;
        try
        {
            written = chunked
                ? await ContentSender.WriteChunkAsync(_connection, attempt.Message)
                : await ContentSender.WriteDataAsync(_connection, attempt.Message);
        }
        catch (MailQueueException exception)
        {
            _context.LogFailure(attempt.Id, exception);
            CloseConnection(); // without the final dot: the next hop drops what it got
            attempt.FinishRest(RecipientStatus.Deferred, 0, new EnhancedStatusCode(4, 3, 0), "Local storage failed"u8);
            return;
        }

        if (!written)
        {
            await EndEarlyAsync(attempt, chunked);
            return;
        }

        if (_connection.IsCareful)
        {
            await FinishCarefullyAsync(attempt);
            return;
        }

        if (attempt.CountAt(RecipientProgress.Waiting) == 0)
        {
            await WriteBehindAsync(slot, chunked);
        }

        bool flushed = await _connection.FlushAsync(ClientPhase.FinalDot);
        _session.IsReused = true; // whatever breaks from here on does so behind a final dot, or on a used connection
        int replies = _connection.IsLmtp ? attempt.CountAt(RecipientProgress.Accepted) : 1;
        bool refused = false;
        for (bool more = true; more && replies > 0; replies--)
        {
            bool read = (flushed || _connection.End == SessionEnd.Lost)
                && await _connection.ReadReplyAsync(ClientPhase.FinalDot);
            refused |= read && _connection.IsPermanent;
            more = _finalReply.Take(attempt, _destination, read, flushed, chunked);
        }

        if (refused && !_following.IsBegun && !_session.QuitSent
            && _connection is { IsOpen: true, HasUnreadInput: true })
        {
            _connection.EndForUnreadInput(ClientPhase.FinalDot); // which of them answers the content?
            attempt.TakeBack();
            _session.IsReused = false;
            _session.OnBroken(attempt);
        }
        else if (_connection.End == SessionEnd.NextHost)
        {
            _session.OnBroken(attempt);
        }
    }

    /// <summary>
    /// The session ended before the content did. What was said then is no outcome; only of BDAT is it known that it was
    /// not understood.
    /// </summary>
    private async ValueTask EndEarlyAsync(MessageAttempt attempt, bool chunked)
    {
        await _connection.EndForEarlyReplyAsync();
        if (chunked && _connection is { End: SessionEnd.OutOfStep, ReplyCode: >= 500 and <= 504 })
        {
            _destination.Traits.OnChunkingRefused();
            CloseConnection();
            attempt.Rewind();
            return;
        }

        _session.OnBroken(attempt);
    }

    /// <summary>Goes on with the content; a refusal counts only once QUIT has shown that it was one.</summary>
    private async ValueTask AfterCarefulCommandsAsync(bool unbroken)
    {
        if (unbroken && _current.Transaction.Accepted > 0)
        {
            await SendContentAsync(_current);
            return;
        }

        if (unbroken && await _connection.ConfirmAsync())
        {
            _session.Close();
            return;
        }

        if (_connection.End == SessionEnd.OutOfStep)
        {
            _current.Attempt.TakeBack();
        }

        _session.OnBroken(_current.Attempt);
    }

    /// <summary>Sends the final dot; its reply counts only once QUIT has shown that it was that.</summary>
    private async ValueTask FinishCarefullyAsync(MessageAttempt attempt)
    {
        bool flushed = await _connection.FlushAsync(ClientPhase.FinalDot);
        bool read;
        do
        {
            read = flushed && await _connection.ReadReplyAsync(ClientPhase.FinalDot);
        }
        while (read && _connection.IsIntermediate); // the 354 once more

        _finalReply.Take(attempt, _destination, read, flushed, chunked: false);
        if (_connection.End == SessionEnd.NextHost)
        {
            _session.OnBroken(attempt);
        }
        else if (read && !await _connection.ConfirmAsync())
        {
            attempt.TakeBack();
            DeliveryFailure failure = FailureText.Of(_connection);
            _destination.SetLastFailure(failure);
            attempt.FinishRest(failure);
        }

        _session.Close();
    }

    /// <summary>
    /// Writes what may go in the same segment as the final dot: the next message's commands, or QUIT.
    /// </summary>
    private async ValueTask WriteBehindAsync(MessageSlot slot, bool chunked)
    {
        if (chunked || !_connection.Offer.Offers(EhloKeywords.Pipelining))
        {
            return;
        }

        if (_session.IsUsedUp || _session.IsOutdated)
        {
            _connection.Output.Write("QUIT\r\n"u8);
            _session.QuitSent = true;
        }
        else if (_destination.Traits.PipelinesTransactions && _connection.Dialogue is null
            && slot.Attempt.Message.WireLength <= PipelinedLengthMax
            && _destination.TryTakeMore(out QueueId id))
        {
            _following.Open(id);
            _following.IsOpen = await _following.Attempt.OpenAsync(id, _destination);
            if (_following.IsOpen && TryBegin(_following))
            {
                _following.Transaction.WriteGroup();
                _following.IsBegun = true;
            }
        }
    }
}
