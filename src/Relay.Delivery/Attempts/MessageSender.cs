using System.Buffers;
using System.Runtime.CompilerServices;
using Relay.Delivery.Client;
using Relay.Delivery.Destinations;
using Relay.Delivery.Tls;
using Relay.Queue;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Attempts;

/// <summary>
/// Brings one message after the other to the destination: opens a connection when there is none, runs as many
/// transactions as the server's limits ask for, and reports. With transactions pipelined, the commands of the next
/// message go out in the same write as the final dot of the present one. Owned by one worker.
/// </summary>
internal sealed class MessageSender : IDisposable
{
    /// <summary>A longer message keeps the one behind it waiting for longer than a round trip is worth.</summary>
    private const long PipelinedLengthMax = 64 * 1024;

    private readonly DeliveryContext _context;
    private readonly SmtpClientConnection _connection;
    private readonly HostConnector _connector;
    private readonly FinalReplyReader _finalReply;
    private readonly AttemptReporter _reporter;
    private Destination _destination = null!;
    private bool _connected;
    private bool _tryNextHost;
    private bool _reused;
    private bool _quitSent;
    private bool _leaves;
    private bool _sentBehindDot;
    private long _retireAt = long.MaxValue;

    // The message being sent, and the one whose commands are in flight behind it.
    private MessageSlot _current;
    private MessageSlot _following;

    public MessageSender(DeliveryContext context, SmtpClientConnection connection)
    {
        _context = context;
        _connection = connection;
        _connector = new HostConnector(context, connection);
        _finalReply = new FinalReplyReader(connection);
        _reporter = new AttemptReporter(context);
        _current = new MessageSlot(context);
        _following = new MessageSlot(context);
    }

    public void Begin(Destination destination) => _destination = destination;

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

        return _connection is { IsOpen: true, HasUnreadInput: false } && !IsOutdated
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
        if (unbroken && _current.Transaction.Accepted > 0 && _connection.HasUnreadInput)
        {
            _connection.EndForUnreadInput(ClientPhase.Data); // it would be taken for the answer to the content
            unbroken = false;
        }

        if (!unbroken)
        {
            if (_sentBehindDot && _current.Transaction.IsUnanswered && _connection.End is not SessionEnd.ServiceClosing)
            {
                _destination.Traits.OnPipelinedLost(); // it may lose what comes with a final dot: one at a time
            }

            OnSessionBroken(_current.Attempt);
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
        if (!_connected)
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

    /// <summary>The connection ended, has carried what it may, or was opened under other rules.</summary>
    public bool MustRetireConnection
    {
        get
        {
            int max = _destination.Limits.MessagesPerConnection;
            return _connected
                && (!_connection.IsOpen || _quitSent || _connection.Dialogue is not null
                    || _context.Heartbeat.Now >= _retireAt || IsOutdated
                    || (max > 0 && _connection.Transactions >= max));
        }
    }

    /// <summary>Says QUIT, waits shortly for the answer and closes.</summary>
    public async ValueTask QuitAsync()
    {
        if (_connected && _connection.IsOpen)
        {
            if (!_quitSent)
            {
                _connection.Dialogue?.Closing(_connection.Peer);
                _connection.Output.Write("QUIT\r\n"u8);
            }

            _ = (_quitSent || await _connection.FlushAsync(ClientPhase.Quit))
                && await _connection.ReadReplyAsync(ClientPhase.Quit);
        }

        CloseConnection();
    }

    /// <summary>The destination was told that the connection, if there is one, ends now.</summary>
    public void Leave() => _leaves = _connected;

    public void CloseConnection()
    {
        _connection.Close();
        if (!_current.IsOpen)
        {
            _connection.Follow(null);
        }

        _quitSent = false;
        if (_connected)
        {
            _connected = false;
            _destination.OnDisconnected(_leaves);
            _leaves = false;
        }
    }

    public void Dispose()
    {
        _current.Dispose();
        _following.Dispose();
    }

    /// <summary>What TLS goes by has changed since the connection was opened.</summary>
    private bool IsOutdated => !_connection.TlsBasis.Is(TlsBasis.Of(_context.Tls));

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

    private void Prepare()
    {
        _tryNextHost = false;
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
                CloseConnection();
                if (!await ConnectAsync(_current.Attempt))
                {
                    return false;
                }
            }
            else if (_connection.HasUnreadInput)
            {
                _reused = _connection.Transactions > 0;
                _connection.EndForUnreadInput(ClientPhase.Mail); // it would be taken for the reply to MAIL
                OnSessionBroken(_current.Attempt);
            }
            else if (IsOutdated)
            {
                await QuitAsync(); // perhaps only since it was begun to be opened
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

        _reused = _connection.Transactions > 0;
        if (slot.HasTransaction)
        {
            _destination.Control.ChargeTransaction(); // the message took one place in the rate
        }

        slot.HasTransaction = true;
        slot.Transaction.Begin(slot.Attempt, _destination, _connection, smtpUtf8);
        return true;
    }

    private async ValueTask<bool> ConnectAsync(MessageAttempt attempt)
    {
        bool mayPark = attempt.CountAt(RecipientProgress.Finished) == 0
            && !_context.Life.IsAnythingDue(attempt, _context.UtcNow - attempt.Message.Received)
            && !(attempt.OtherRecipients > 0 && _context.IsWantedElsewhere(attempt.Id));
        if (!_destination.MayConnectNow(attempt.Id, mayPark, out TimeSpan pause))
        {
            attempt.Parked = mayPark;
            Defer(attempt, _destination.LastFailure, pause);
            return false;
        }

        if (!_tryNextHost)
        {
            _connector.Begin(_destination);
        }

        _tryNextHost = false;

        DeliveryFailure? failure = await _connector.ConnectAsync();
        if (failure is null)
        {
            _connected = true;
            _connection.HasNextHost = _connector.HasMore;
            _retireAt = _connector.IsBackup
                ? _context.Heartbeat.Now + (long)_context.Options.BackupConnectionLifetime.TotalMilliseconds
                : long.MaxValue;
            _destination.OnConnected();
            return true;
        }

        if (_context.IsStopping)
        {
            attempt.Abandoned = true;
            return false;
        }

        if (failure.Code != 0)
        {
            failure = Refusal.Apply(_destination.Control.Judge(ClientPhase.Greeting, failure), failure);
        }

        if (failure.IsPermanent)
        {
            _destination.SetLastFailure(failure);
            attempt.FinishRest(failure);
        }
        else
        {
            if (failure.SuspendsFor > TimeSpan.Zero)
            {
                string reason = System.Text.Encoding.UTF8.GetString(failure.Text);
                _destination.Control.Suspend(reason, failure.SuspendsFor);
                _context.LogAlarm($"{reason}; mail for {_destination.Name} waits until this is put right: then run relay "
                    + "queue flush");
            }

            attempt.Parked = _destination.OnConnectFailed(attempt.Id, failure, mayPark, out pause);
            Defer(attempt, failure, pause);
        }

        return false;
    }

    private void Defer(MessageAttempt attempt, DeliveryFailure failure, TimeSpan pause)
    {
        if (!attempt.Parked)
        {
            attempt.Pause = pause;
            attempt.FinishRest(failure);
        }
        else
        {
            _connection.Dialogue?.Parked(failure.Text);
        }
    }

    /// <summary>
    /// The session broke before a final dot was sent. A cached connection that died says nothing about the message:
    /// it is tried once more afresh; so it is at the route's other hosts. Otherwise it is deferred.
    /// </summary>
    private void OnSessionBroken(MessageAttempt attempt)
    {
        DeliveryFailure failure = FailureText.Of(_connection);
        SessionEnd end = _connection.End;
        ClientPhase phase = _connection.Phase;
        CloseConnection();
        attempt.Rewind();
        if (end == SessionEnd.ServiceClosing)
        {
            failure = Refusal.Apply(_destination.Control.Judge(phase, failure), failure);
        }

        if (_context.IsStopping)
        {
            attempt.Abandoned = true;
        }
        else if (end == SessionEnd.NextHost)
        {
            _connector.SetDead();
            _tryNextHost = true;
        }
        else if (_reused && !attempt.Retried)
        {
            attempt.Retried = true;
        }
        else if (!_reused && _connector.HasMore)
        {
            _tryNextHost = true;
        }
        else
        {
            _destination.SetLastFailure(failure);
            attempt.FinishRest(failure);
        }
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
            if (!await _finalReply.TryReadEarlyRefusalAsync(attempt, _destination))
            {
                OnSessionBroken(attempt);
            }

            return;
        }

        if (attempt.CountAt(RecipientProgress.Waiting) == 0)
        {
            await WriteBehindAsync(slot, chunked);
        }

        bool flushed = await _connection.FlushAsync(ClientPhase.FinalDot);
        _reused = true; // whatever breaks from here on does so behind a final dot, or on a used connection
        int replies = _connection.IsLmtp ? attempt.CountAt(RecipientProgress.Accepted) : 1;
        for (bool more = true; more && replies > 0; replies--)
        {
            bool read = (flushed || _connection.End == SessionEnd.Lost)
                && await _connection.ReadReplyAsync(ClientPhase.FinalDot);
            more = _finalReply.Take(attempt, _destination, read, flushed, chunked);
        }

        if (_connection.End == SessionEnd.NextHost)
        {
            OnSessionBroken(attempt);
        }
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

        int max = _destination.Limits.MessagesPerConnection;
        if ((max > 0 && _connection.Transactions >= max) || IsOutdated)
        {
            _connection.Output.Write("QUIT\r\n"u8);
            _quitSent = true;
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
