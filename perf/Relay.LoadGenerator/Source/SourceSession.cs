using System.Diagnostics;
using System.Net;
using Relay.LoadGenerator.Messages;
using Relay.LoadGenerator.Native;

namespace Relay.LoadGenerator.Source;

/// <summary>
/// One client session: takes tickets from its worker and carries each through connection, transaction and reply.
/// Runs on its worker's thread only. Replies are answered in the order of <see cref="ExpectedReplies"/>.
/// </summary>
internal sealed class SourceSession : SocketHandler
{
    private const int ChunkSize = 128 * 1024;
    private const int ConnectRetriesPerSecond = 20;

    private readonly SourceWorker _worker;
    private readonly SourceOptions _options;
    private readonly SocketAddress _address;
    private readonly int _number;
    private readonly ReplyReader _replies = new();
    private readonly ExpectedReplies _expected = new();

    private MailTransaction _current;
    private MailTransaction _next;   // behind _current's end of data (PipeliningMode.Full)
    private bool _hasCurrent;
    private bool _hasNext;
    private MessageContent _content = MessageContent.None;
    private ServerKeywords _keywords;
    private SessionState _state = SessionState.Closed;
    private int _sentOnConnection;
    private int _generation;         // of the connection, so that a loop notices that it was replaced
    private int _contentReplies;     // of the current transaction; LMTP sends one per recipient
    private bool _quitSent;
    private long _connectSince;
    private long _retryAt;
    private long _lastActivity;

    internal SourceSession(SourceWorker worker, Reactor reactor, int number, SocketAddress address)
        : base(reactor)
    {
        _worker = worker;
        _options = worker.Options;
        _number = number;
        _address = address;
    }

    private enum SessionState : byte
    {
        Closed,
        Connecting,
        Idle,
        Busy,
        Quitting,
        Done,
    }

    internal bool IsDone => _state == SessionState.Done;

    private bool CanGroup => _options.Pipelining != PipeliningMode.Off && (_keywords & ServerKeywords.Pipelining) != 0;

    private bool CanOverlap => _options.Pipelining == PipeliningMode.Full && CanGroup && !UsesBdat;

    private bool UsesBdat => _options.Bdat && (_keywords & ServerKeywords.Chunking) != 0;

    private bool IsConnectionSpent =>
        _options.MessagesPerConnection > 0 && _sentOnConnection >= _options.MessagesPerConnection;

    /// <summary>Connects without a message in hand (an open loop begins with its connections made).</summary>
    internal void Prepare() => Connect();

    /// <summary>Sends the message; only when idle, closed or never used.</summary>
    internal void Start(in Ticket ticket)
    {
        Debug.Assert(!_hasCurrent && _state is SessionState.Idle or SessionState.Closed);
        _current = _worker.CreateTransaction(ticket);
        _hasCurrent = true;
        if (_state == SessionState.Idle)
        {
            BeginTransaction();
        }
        else
        {
            Connect();
        }
    }

    /// <summary>No more messages: ends the connection in good order.</summary>
    internal void Finish()
    {
        if (_state == SessionState.Idle)
        {
            Quit();
        }
        else if (_state == SessionState.Closed)
        {
            _state = SessionState.Done;
        }
    }

    /// <summary>Ends at once, whatever is under way.</summary>
    internal void Abort()
    {
        DropTransactions(resend: false);
        CloseConnection();
        _state = SessionState.Done;
    }

    internal void CheckTimeout(long now, long timeoutTicks)
    {
        if (Fd >= 0 && !_expected.IsEmpty && now - _lastActivity > timeoutTicks)
        {
            OnBroken();
        }
    }

    internal override void OnReady(uint events)
    {
        if ((events & Libc.Out) != 0 && IsBlocked && !ContinueSending())
        {
            OnBroken();
            return;
        }

        int generation = _generation;
        bool ended = (events & (Libc.ReadHangUp | Libc.HangUp | Libc.Error)) != 0;
        while (generation == _generation)
        {
            int received = _replies.Receive(Fd, _worker.Input, out bool drained);
            if (received == -1)
            {
                return;
            }

            if (received <= 0)
            {
                OnBroken();
                return;
            }

            _lastActivity = Reactor.Now;
            ReadReplies(generation);
            if (generation != _generation || (drained && !ended))
            {
                return;
            }
        }
    }

    internal override void OnTimer(long now)
    {
        if (_state == SessionState.Closed && _retryAt != 0 && now >= _retryAt)
        {
            _retryAt = 0;
            Connect();
        }
    }

    protected override void OnUnblocked() => PumpContent();

    private void ReadReplies(int generation)
    {
        while (_replies.TryRead(out int code))
        {
            OnReply(code);
            if (generation != _generation)
            {
                return;
            }
        }

        if (_replies.IsMalformed)
        {
            OnBroken();
            return;
        }

        _replies.KeepRest();
    }

    private void Connect()
    {
        Debug.Assert(Fd < 0);
        _connectSince = _connectSince == 0 ? _worker.Time.GetTimestamp() : _connectSince;
        _state = SessionState.Connecting;
        _sentOnConnection = 0;
        _quitSent = false;
        _keywords = ServerKeywords.None;
        _expected.Clear();
        _expected.Add(ReplyStage.Greeting);
        _lastActivity = _worker.Time.GetTimestamp();
        Fd = Sockets.Connect(_address, out _);
        if (Fd < 0)
        {
            OnBroken();
            return;
        }

        Reactor.Register(this, Libc.In | Libc.ReadHangUp);
    }

    private void OnReply(int code)
    {
        if (_expected.IsEmpty)
        {
            // A reply nobody asked for: 421 before an idle connection is closed, or nonsense. Either way it is over.
            OnBroken();
            return;
        }

        ReplyStage stage = _expected.Peek();
        _expected.Take();
        bool positive = code is >= 200 and < 300;
        if (!positive && !(stage == ReplyStage.Data && code == 354))
        {
            _worker.Counters.CountReply(stage, code);
        }

        switch (stage)
        {
            case ReplyStage.Greeting or ReplyStage.Hello:
                OnWelcome(stage, code, positive);
                break;
            case ReplyStage.Mail or ReplyStage.Rcpt or ReplyStage.Data:
                OnTransactionReply(stage, code, positive);
                break;
            case ReplyStage.Content:
                OnContentReply(code, positive);
                break;
            case ReplyStage.Reset:
                Proceed();
                break;
            case ReplyStage.Quit:
                CloseConnection();
                Proceed();
                break;
        }
    }

    private void OnWelcome(ReplyStage stage, int code, bool positive)
    {
        if (stage == ReplyStage.Hello && code is >= 500 and < 600 && !_options.Lmtp && !_worker.IsHeloOnly)
        {
            _worker.IsHeloOnly = true; // RFC 5321 §3.2: fall back to HELO, here for the whole run
            SendCommand(_worker.Script.Helo, ReplyStage.Hello);
        }
        else if (!positive)
        {
            OnBroken();
        }
        else if (stage == ReplyStage.Greeting)
        {
            SendCommand(_worker.IsHeloOnly ? _worker.Script.Helo : _worker.Script.Hello, ReplyStage.Hello);
        }
        else
        {
            _keywords = _replies.Keywords;
            _connectSince = 0;
            _worker.Counters.Connections++;
            _worker.Counters.WithoutPipelining += _options.Pipelining != PipeliningMode.Off && !CanGroup ? 1 : 0;
            _state = SessionState.Idle;
            if (_hasCurrent)
            {
                BeginTransaction();
            }
            else
            {
                _worker.OnIdle(this);
            }
        }
    }

    private void BeginTransaction()
    {
        _state = SessionState.Busy;
        _sentOnConnection++;
        if (CanGroup)
        {
            AppendGroup(ref _current);
        }
        else
        {
            AppendMail(ref _current);
        }

        FlushOrPump();
    }

    private void AppendMail(ref MailTransaction transaction)
    {
        bool eightBit = _options.EightBit && (_keywords & ServerKeywords.EightBitMime) != 0;
        _worker.Script.AppendMail(_worker.Output, transaction.Ticket.Sequence, _number, eightBit);
        _expected.Add(ReplyStage.Mail);
    }

    private void AppendRcpt(ref MailTransaction transaction)
    {
        int recipient = transaction.RecipientsSent++;
        _worker.Script.AppendRcpt(_worker.Output, transaction.Ticket.Sequence, recipient, _number);
        _expected.Add(ReplyStage.Rcpt);
    }

    private void AppendGroup(ref MailTransaction transaction)
    {
        AppendMail(ref transaction);
        while (transaction.RecipientsSent < _options.RecipientsPerMessage)
        {
            AppendRcpt(ref transaction);
        }

        AppendData();
    }

    // With BDAT there is nothing to ask: the content follows at once (RFC 3030 §2).
    private void AppendData()
    {
        if (UsesBdat)
        {
            BeginContent();
            return;
        }

        _worker.Output.Append("DATA\r\n"u8);
        _expected.Add(ReplyStage.Data);
    }

    private void BeginContent()
    {
        _content = MessageContent.Begin(_current.Id, _current.Size, _options.EightBit, UsesBdat);
        _contentReplies = 0;
        _expected.Add(ReplyStage.Content);
    }

    private void OnTransactionReply(ReplyStage stage, int code, bool positive)
    {
        switch (stage)
        {
            case ReplyStage.Mail:
                _current.MailAccepted = positive;
                break;
            case ReplyStage.Rcpt:
                _current.RecipientsAccepted += positive ? 1 : 0;
                _worker.Counters.RecipientsRejected += positive ? 0 : 1;
                break;
        }

        bool isLastChance = stage != ReplyStage.Rcpt || (_current.RecipientsAccepted == 0
            && _current.RecipientsSent == _options.RecipientsPerMessage && !_expected.IsNext(ReplyStage.Rcpt));
        if (!positive && isLastChance && code != 354)
        {
            _current.Fail(stage, code);
        }

        if (code == 421)
        {
            _current.Fail(stage, code);
            CompleteCurrent();
            OnBroken();
        }
        else if (stage == ReplyStage.Data)
        {
            OnDataReply(code);
        }
        else if (!CanGroup)
        {
            StepOn();
        }
    }

    // Without pipelining the reply decides on the next command.
    private void StepOn()
    {
        if (_current.HasFailed)
        {
            EndTransaction();
            return;
        }

        if (_current.RecipientsSent < _options.RecipientsPerMessage)
        {
            AppendRcpt(ref _current);
        }
        else
        {
            AppendData();
        }

        FlushOrPump();
    }

    private void OnDataReply(int code)
    {
        if (code != 354)
        {
            _current.Fail(ReplyStage.Data, code);
            EndTransaction();
        }
        else if (_current.HasFailed)
        {
            // RFC 2920 §3.1: the server took DATA without a recipient; it gets an empty message, which it must refuse.
            _contentReplies = 0;
            SendCommand(".\r\n"u8, ReplyStage.Content);
        }
        else
        {
            BeginContent();
            PumpContent();
        }
    }

    private void FlushOrPump()
    {
        if (_content.IsComplete)
        {
            FlushOrBreak();
        }
        else
        {
            PumpContent();
        }
    }

    // Sends the current content as far as the kernel takes it, and what may follow it in the same send.
    private void PumpContent()
    {
        while (!_content.IsComplete)
        {
            _worker.Script.AppendContent(_worker.Output, ref _content, _current.Ticket, _number, ChunkSize);
            if (_content.IsComplete)
            {
                _current.ContentSent = _worker.Time.GetTimestamp();
                AppendBehindContent();
            }

            if (!FlushOrBreak() || IsBlocked)
            {
                return;
            }
        }
    }

    private void AppendBehindContent()
    {
        if (!CanOverlap)
        {
            return;
        }

        if (IsConnectionSpent)
        {
            _worker.Output.Append("QUIT\r\n"u8);
            _expected.Add(ReplyStage.Quit);
            _quitSent = true;
        }
        else if (_worker.TryTake(out Ticket ticket))
        {
            _next = _worker.CreateTransaction(ticket);
            _hasNext = true;
            _sentOnConnection++;
            AppendGroup(ref _next);
        }
    }

    private void OnContentReply(int code, bool positive)
    {
        if (!_content.IsComplete)
        {
            OnBroken(); // an answer to content that is still on its way: the dialogue is out of step
            return;
        }

        _contentReplies++;
        if (positive)
        {
            _current.RecipientsAcknowledged += _options.Lmtp ? 1 : _current.RecipientsAccepted;
        }
        else if (!_options.Lmtp || _contentReplies >= _current.RecipientsAccepted)
        {
            _current.Fail(ReplyStage.Content, code);
        }

        if (_options.Lmtp && _contentReplies < _current.RecipientsAccepted)
        {
            _expected.PutBack(ReplyStage.Content); // RFC 2033 §4.2: one reply per accepted recipient
        }
        else if (code == 421)
        {
            CompleteCurrent();
            OnBroken();
        }
        else
        {
            EndTransaction();
        }
    }

    private void CompleteCurrent()
    {
        _worker.Complete(_current);
        _hasCurrent = false;
    }

    private void EndTransaction()
    {
        CompleteCurrent();
        if (_hasNext)
        {
            // Its commands are out already and their replies follow.
            _current = _next;
            (_hasCurrent, _hasNext) = (true, false);
        }
        else if (_quitSent)
        {
            _state = SessionState.Quitting;
        }
        else if (_current.HasFailed && _current.MailAccepted && (UsesBdat || _current.FailureStage != ReplyStage.Content))
        {
            SendCommand("RSET\r\n"u8, ReplyStage.Reset);
        }
        else
        {
            Proceed();
        }
    }

    // The next message, or QUIT, or rest. The session is connected and free, or closed.
    private void Proceed()
    {
        if (Fd >= 0)
        {
            _state = SessionState.Idle;
            if (IsConnectionSpent)
            {
                Quit();
                return;
            }
        }

        if (_worker.TryTake(out Ticket ticket))
        {
            Start(ticket);
        }
        else
        {
            _worker.OnIdle(this);
        }
    }

    private void Quit()
    {
        _state = SessionState.Quitting;
        _quitSent = true;
        SendCommand("QUIT\r\n"u8, ReplyStage.Quit);
    }

    private void SendCommand(ReadOnlySpan<byte> command, ReplyStage stage)
    {
        _expected.Add(stage);
        _worker.Output.Append(command);
        FlushOrBreak();
    }

    private bool FlushOrBreak()
    {
        if (Send(_worker.Output))
        {
            return true;
        }

        OnBroken();
        return false;
    }

    private void OnBroken()
    {
        SessionState state = _state;
        CloseConnection();
        switch (state)
        {
            case SessionState.Idle:
                break; // it rests in the worker's hands, closed
            case SessionState.Quitting:
                Proceed();
                break;
            case SessionState.Connecting:
                RetryOrGiveUp();
                break;
            default:
                _worker.Counters.ConnectionsLost++;
                DropTransactions(_options.Resend);
                Proceed();
                break;
        }
    }

    private void RetryOrGiveUp()
    {
        long now = _worker.Time.GetTimestamp();
        _worker.Counters.ConnectFailures++;
        if (_worker.Time.GetElapsedTime(_connectSince, now) > _options.ConnectPatience)
        {
            DropTransactions(resend: true);
            _worker.Counters.SessionsGivenUp++;
            _state = SessionState.Done;
            return;
        }

        _retryAt = now + (_worker.Time.TimestampFrequency / ConnectRetriesPerSecond);
        Reactor.Schedule(this, _retryAt);
    }

    private void DropTransactions(bool resend)
    {
        if (_hasCurrent)
        {
            _worker.Drop(_current, resend);
        }

        if (_hasNext)
        {
            _worker.Drop(_next, resend: true); // its content was never sent: sending it again is no risk
        }

        _hasCurrent = _hasNext = false;
    }

    private void CloseConnection()
    {
        _generation++;
        Reactor.Close(this);
        ReleasePending();
        _worker.Output.Clear();
        _replies.Reset();
        _expected.Clear();
        _content = MessageContent.None;
        _state = SessionState.Closed;
    }
}
