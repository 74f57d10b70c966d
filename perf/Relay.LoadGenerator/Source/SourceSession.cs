using System.Diagnostics;
using System.Net;
using Relay.LoadGenerator.Native;

namespace Relay.LoadGenerator.Source;

/// <summary>
/// One client session: takes tickets from its worker and carries each through connection, transaction and reply.
/// Runs on its worker's thread only. Replies are answered in the order of <see cref="ExpectedReplies"/>.
/// </summary>
internal sealed class SourceSession : SocketHandler
{
    private const int ConnectRetriesPerSecond = 20;

    private readonly SourceWorker _worker;
    private readonly SourceOptions _options;
    private readonly SocketAddress _address;
    private readonly ReplyReader _replies = new();
    private readonly ExpectedReplies _expected = new();
    private readonly MailDialogue _dialogue;
    private SessionState _state = SessionState.Closed;
    private int _sentOnConnection;
    private int _generation;         // of the connection, so that a loop notices that it was replaced
    private long _connectSince;
    private long _retryAt;
    private long _lastActivity;

    internal SourceSession(SourceWorker worker, Reactor reactor, int number, SocketAddress address)
        : base(reactor)
    {
        _worker = worker;
        _options = worker.Options;
        _address = address;
        _dialogue = new MailDialogue(this, worker, _expected, number);
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

    /// <summary>The connection has carried all the messages it may.</summary>
    internal bool IsConnectionSpent =>
        _options.MessagesPerConnection > 0 && _sentOnConnection >= _options.MessagesPerConnection;

    internal bool IsSendBlocked => IsBlocked;

    /// <summary>Connects without a message in hand (an open loop begins with its connections made).</summary>
    internal void Prepare() => Connect();

    /// <summary>Sends the message; only when idle, closed or never used.</summary>
    internal void Start(in Ticket ticket)
    {
        Debug.Assert(_state is SessionState.Idle or SessionState.Closed);
        _dialogue.Assign(ticket);
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
        _dialogue.Drop(resend: false);
        CloseConnection();
        _state = SessionState.Done;
    }

    internal void CheckTimeout(long now, long timeoutTicks)
    {
        if (Fd >= 0 && !_expected.IsEmpty && now - _lastActivity > timeoutTicks)
        {
            Break();
        }
    }

    /// <summary>One more message uses up the connection.</summary>
    internal void CountSent() => _sentOnConnection++;

    /// <summary>QUIT is on its way.</summary>
    internal void OnQuitSent() => _state = SessionState.Quitting;

    /// <summary>The next message, or QUIT, or rest; the session is connected and free, or closed.</summary>
    internal void Proceed()
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

    internal void SendCommand(ReadOnlySpan<byte> command, ReplyStage stage)
    {
        _expected.Add(stage);
        _worker.Output.Append(command);
        Flush();
    }

    /// <summary>Sends the worker's output; false when the connection broke and everything is settled.</summary>
    internal bool Flush()
    {
        if (Send(_worker.Output))
        {
            return true;
        }

        Break();
        return false;
    }

    /// <summary>The connection is of no further use; what it carried is dropped or sent again.</summary>
    internal void Break()
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
                _dialogue.Drop(_options.Resend);
                Proceed();
                break;
        }
    }

    internal override void OnReady(uint events)
    {
        if ((events & Libc.Out) != 0 && IsBlocked && !ContinueSending())
        {
            Break();
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
                Break();
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

    protected override void OnUnblocked() => _dialogue.PumpContent();

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
            Break();
            return;
        }

        _replies.KeepRest();
    }

    private void BeginTransaction()
    {
        _state = SessionState.Busy;
        CountSent();
        _dialogue.Begin();
    }

    private void Connect()
    {
        Debug.Assert(Fd < 0);
        _connectSince = _connectSince == 0 ? _worker.Time.GetTimestamp() : _connectSince;
        _state = SessionState.Connecting;
        _sentOnConnection = 0;
        _expected.Clear();
        _expected.Add(ReplyStage.Greeting);
        _lastActivity = _worker.Time.GetTimestamp();
        Fd = Sockets.Connect(_address);
        if (Fd < 0)
        {
            Break();
            return;
        }

        Reactor.Register(this, Libc.In | Libc.ReadHangUp);
    }

    private void OnReply(int code)
    {
        if (_expected.IsEmpty)
        {
            // A reply nobody asked for: 421 before an idle connection is closed, or nonsense. Either way it is over.
            Break();
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
                _dialogue.OnReply(stage, code, positive);
                break;
            case ReplyStage.Content:
                _dialogue.OnContentReply(code, positive);
                break;
            case ReplyStage.Reset:
                Proceed();
                break;
            case ReplyStage.Quit:
                if (_options.ResetAfterQuit)
                {
                    Sockets.SetReset(Fd);
                }

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
            Break();
        }
        else if (stage == ReplyStage.Greeting)
        {
            SendCommand(_worker.IsHeloOnly ? _worker.Script.Helo : _worker.Script.Hello, ReplyStage.Hello);
        }
        else
        {
            _dialogue.Keywords = _replies.Keywords;
            _connectSince = 0;
            _worker.Counters.Connections++;
            _worker.Counters.WithoutPipelining += _dialogue.MissesPipelining ? 1 : 0;
            _state = SessionState.Idle;
            if (_dialogue.IsAssigned)
            {
                BeginTransaction();
            }
            else
            {
                _worker.OnIdle(this);
            }
        }
    }

    private void Quit()
    {
        _state = SessionState.Quitting;
        SendCommand("QUIT\r\n"u8, ReplyStage.Quit);
    }

    private void RetryOrGiveUp()
    {
        long now = _worker.Time.GetTimestamp();
        _worker.Counters.ConnectFailures++;
        if (_worker.Time.GetElapsedTime(_connectSince, now) > _options.ConnectPatience)
        {
            _dialogue.Drop(resend: true);
            _worker.Counters.SessionsGivenUp++;
            _state = SessionState.Done;
            return;
        }

        _retryAt = now + (_worker.Time.TimestampFrequency / ConnectRetriesPerSecond);
        Reactor.Schedule(this, _retryAt);
    }

    private void CloseConnection()
    {
        _generation++;
        Reactor.Close(this);
        ReleasePending();
        _worker.Output.Clear();
        _replies.Reset();
        _expected.Clear();
        _dialogue.Reset();
        _state = SessionState.Closed;
    }
}
