using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using Relay.Delivery.Tls;
using Relay.Smtp.Replies;
using Relay.Throttling;
using Relay.Tls;

namespace Relay.Delivery.Client;

/// <summary>
/// One connection to a next hop: pipes over its stream, the reply last read, one deadline that the heartbeat checks.
/// Used by its worker for one connection after another; only <see cref="OnHeartbeat"/> and <see cref="Abort"/> may
/// come from other threads. Whatever goes wrong on the wire is a value (<see cref="End"/>), not an exception.
/// </summary>
internal sealed class SmtpClientConnection(DeliveryContext context) : IHeartbeatHandler
{
    private const int OutputSegment = 16 * 1024;
    private const int TextLengthMax = 512;

    private static readonly StreamPipeWriterOptions _writerOptions =
        new(minimumBufferSize: OutputSegment, leaveOpen: true);

    private readonly byte[] _text = new byte[TextLengthMax];
    private int _textLength;
    private Stream? _stream;
    private ReplyPipeReader? _input;
    private PipeWriter? _output;
    private volatile Socket? _socket;
    private long _deadline;
    private volatile bool _timedOut;

    /// <summary><c>name [1.2.3.4]</c>, for the log and notifications.</summary>
    public byte[] Peer { get; private set; } = [];

    public ClientPhase Phase { get; private set; }

    /// <summary>None while the connection is usable.</summary>
    public SessionEnd End { get; private set; } = SessionEnd.Lost;

    public bool IsOpen => _socket is not null && End == SessionEnd.None;

    public bool IsLmtp { get; private set; }

    /// <summary>The TLS session; null while the connection is in clear.</summary>
    public TlsInfo? Tls { get; private set; }

    /// <summary>What was in force for TLS when the connection was opened.</summary>
    public TlsBasis TlsBasis { get; set; }

    /// <summary>The host, as the TLS policy knows it.</summary>
    public TlsPeer TlsPeer { get; set; }

    /// <summary>Sendmail: <c>${verify}</c>; without TLS, why there is none.</summary>
    public TlsVerification TlsVerification { get; set; }

    /// <summary>What the server offered.</summary>
    public EhloResponse Offer { get; set; }

    /// <summary>Mail transactions begun on this connection.</summary>
    public int Transactions { get; set; }

    /// <summary>A transaction was begun and not ended: RSET must come before the next MAIL.</summary>
    public bool NeedsReset { get; set; }

    /// <summary>
    /// The server was found to send a reply too many (<see cref="Destinations.NextHopTraits.IsOutOfStep"/>): one
    /// command at a time, one transaction for one recipient. Positive replies that nobody asked for are left out, and
    /// no outcome counts before <see cref="ConfirmAsync"/>.
    /// </summary>
    public bool IsCareful { get; private set; }

    /// <summary>A reply was left out, or more were read than there were commands.</summary>
    public bool HadSurplus { get; private set; }

    /// <summary>The route has hosts that were not tried for this message.</summary>
    public bool HasNextHost { get; set; }

    public int ReplyCode { get; private set; }

    public EnhancedStatusCode ReplyEnhancedCode { get; private set; }

    /// <summary>The reply's text, lines joined, without codes; dies with the next reply.</summary>
    public ReadOnlySpan<byte> ReplyText => _text.AsSpan(0, _textLength);

    public bool IsPositive => ReplyCode / 100 == 2;

    public bool IsIntermediate => ReplyCode / 100 == 3;

    public bool IsPermanent => ReplyCode / 100 == 5;

    /// <summary>For commands: shown to whoever watches.</summary>
    public PipeWriter Output => Dialogue is null ? _output! : Dialogue.Over(_output!);

    /// <summary>For content, which nobody is shown.</summary>
    public PipeWriter ContentOutput => _output!;

    /// <summary>Tells somebody what is said; null while nobody wants to know.</summary>
    public ConnectionDialogue? Dialogue { get; private set; }

    /// <summary>From here on this dialogue is told what is said; the one before has heard all.</summary>
    public void Follow(ConnectionDialogue? dialogue)
    {
        Dialogue?.End();
        Dialogue = dialogue;
    }

    /// <summary>Takes over a connected socket.</summary>
    public void Attach(Socket socket, byte[] peer, bool isLmtp, bool isCareful)
    {
        Debug.Assert(_socket is null);
        var stream = new NetworkStream(socket, ownsSocket: true);
        Use(stream);
        Peer = peer;
        IsLmtp = isLmtp;
        IsCareful = isCareful;
        HadSurplus = false;
        Offer = default;
        Tls = null;
        Transactions = 0;
        NeedsReset = false;
        HasNextHost = false;
        _socket = socket;
        Phase = ClientPhase.Greeting;
        End = SessionEnd.None;
    }

    /// <summary>
    /// Runs the TLS handshake; what was offered in clear counts no more (RFC 3207 §4.2). Input behind the reply to
    /// STARTTLS ends the session: it came in clear and would be taken for a reply within TLS (CVE-2011-0411).
    /// </summary>
    /// <returns>Null if TLS is active; else what went wrong, and the session is over.</returns>
    public async ValueTask<string?> StartTlsAsync(TlsClient client, string host)
    {
        SetDeadline(ClientPhase.StartTls);
        if (_input!.TryRead(out ReadResult behind) && !behind.Buffer.IsEmpty)
        {
            Fail(SessionEnd.Malformed);
            return "input behind the reply to STARTTLS";
        }

        try
        {
            (Stream stream, TlsInfo info) = await client.AuthenticateAsync(_stream!, host, CancellationToken.None);
            _input.Complete();
            _output!.Complete();
            Use(stream);
            Tls = info;
            Offer = default;
            return null;
        }
        catch (Exception exception)
        {
            Fail(SessionEnd.Lost);
            return End == SessionEnd.TimedOut ? "timeout" : TlsFailure.Text(exception);
        }
    }

    /// <summary>Lets the heartbeat watch a socket that is still connecting.</summary>
    public void Watch(Socket socket, ClientPhase phase)
    {
        _timedOut = false;
        End = SessionEnd.Lost;
        _socket = socket;
        SetDeadline(phase);
    }

    /// <summary>Ends the watch; true if the deadline passed.</summary>
    public bool Unwatch()
    {
        Volatile.Write(ref _deadline, 0);
        _socket = null;
        return _timedOut;
    }

    /// <summary>Sends what was written. False: <see cref="End"/> says why.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> FlushAsync(ClientPhase phase)
    {
        if (IsCareful && !await LeaveOutAsync(phase == ClientPhase.FinalDot ? ClientPhase.Content : phase))
        {
            return false;
        }

        SetDeadline(phase);
        try
        {
            FlushResult flush = await _output!.FlushAsync();
            if (!flush.IsCompleted && !flush.IsCanceled)
            {
                return true;
            }

            Fail(SessionEnd.Lost);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException
            or AuthenticationException)
        {
            Fail(SessionEnd.Lost);
        }

        return false;
    }

    /// <summary>
    /// Reads the next reply. False: the session is over, <see cref="End"/> says why; with ServiceClosing there is a
    /// reply, the 421 that may come at any time (RFC 5321 §3.8).
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReadReplyAsync(ClientPhase phase)
    {
        SetDeadline(phase);
        PipeReader input = _input!;
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync();
                ReplyStatus status = TryTakeReply(read.Buffer, out SequencePosition consumed);
                input.AdvanceTo(consumed, status == ReplyStatus.Complete ? consumed : read.Buffer.End);
                if (status == ReplyStatus.Complete)
                {
                    if (ReplyCode == 421)
                    {
                        Fail(SessionEnd.ServiceClosing);
                        return false;
                    }

                    return true;
                }

                if (status != ReplyStatus.NeedMoreData || read.IsCompleted || read.IsCanceled)
                {
                    Fail(status == ReplyStatus.NeedMoreData ? SessionEnd.Lost : SessionEnd.Malformed);
                    return false;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException
            or AuthenticationException)
        {
            Fail(SessionEnd.Lost);
            return false;
        }
    }

    /// <summary>
    /// Behind the reply that was read last there came more, at once. Costs no system call. Not asked for where
    /// <see cref="IsCareful"/> has it left out.
    /// </summary>
    public bool HasUnreadInput => !IsCareful && _input is { HasUnread: true };

    /// <summary>
    /// Ends the session for what came unasked: a 421 is the peer's end of it (RFC 5321 §3.8); with anything else there
    /// is no telling which reply is to which command.
    /// </summary>
    /// <param name="phase">What would be sent next.</param>
    public void EndForUnreadInput(ClientPhase phase)
    {
        Phase = phase;
        _input!.TryRead(out ReadResult read);
        bool isClosing = TryTakeReply(read.Buffer, out _) == ReplyStatus.Complete && ReplyCode == 421;
        Fail(isClosing ? SessionEnd.ServiceClosing : SessionEnd.OutOfStep);
    }

    /// <summary>
    /// Something came while content is being sent, which may be no reply to it yet (RFC 5321 §3.3: the end of data
    /// comes before), or the connection broke: then <see cref="EndForEarlyReplyAsync"/>.
    /// </summary>
    public bool HasEarlyReply => !IsCareful && HasInput();

    /// <summary>
    /// Ends the session in mid-content, for what came unasked or as it is lost: a 421 is the peer's end of it
    /// (RFC 5321 §3.8); any other reply has no command that it could belong to.
    /// </summary>
    public async ValueTask EndForEarlyReplyAsync()
    {
        if (End == SessionEnd.Lost)
        {
            End = SessionEnd.None; // what was said before may be there still
        }

        if (End == SessionEnd.None && await ReadReplyAsync(ClientPhase.Content))
        {
            Fail(SessionEnd.OutOfStep);
        }
    }

    /// <summary>The reply just read is not the one that is waited for, and was left out.</summary>
    public void OnSurplus() => HadSurplus = true;

    /// <summary>
    /// Says QUIT and finds out whether the reply read last was that to the last command: the 221 tells where all others
    /// end. A positive one was, or another positive one, if all are until then. A negative one was if there was not one
    /// reply too many in the whole session. False: there is no telling, and the session is over for that.
    /// </summary>
    public async ValueTask<bool> ConfirmAsync()
    {
        bool wasPositive = IsPositive;
        ClientPhase phase = Phase;
        Output.Write("QUIT\r\n"u8);
        bool isOpen = await FlushAsync(ClientPhase.Quit);
        bool agrees = true;
        bool ended = false;
        while (isOpen && !ended && await ReadReplyAsync(ClientPhase.Quit))
        {
            ended = ReplyCode == 221;
            HadSurplus |= !ended;
            agrees &= ended || IsPositive;
            isOpen = !IsIntermediate; // QUIT was taken for content
        }

        bool confirmed = wasPositive
            ? agrees && End != SessionEnd.OutOfStep && (ended || !HadSurplus)
            : ended && !HadSurplus;
        if (!confirmed)
        {
            End = SessionEnd.OutOfStep;
            Phase = phase;
        }

        return confirmed;
    }

    /// <summary>What comes next is no matter of the last reply.</summary>
    public void ForgetReply()
    {
        ReplyCode = 0;
        _textLength = 0;
    }

    /// <summary>Nothing is waited for.</summary>
    public void SetIdle()
    {
        Volatile.Write(ref _deadline, 0);
        Phase = ClientPhase.Idle;
    }

    /// <summary>
    /// True if an idle connection was closed by the peer, or the peer said something unasked (a 421).
    /// </summary>
    public bool IsDead()
    {
        try
        {
            return _socket is not { } socket || socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>The session is over: a reply that has no place where it came, a local failure.</summary>
    public void Fail(SessionEnd end)
    {
        if (End == SessionEnd.None)
        {
            End = _timedOut ? SessionEnd.TimedOut : end;
        }
    }

    /// <summary>Closes the connection at once; what was not flushed is not sent.</summary>
    public void Close()
    {
        Volatile.Write(ref _deadline, 0);
        Fail(SessionEnd.Aborted);
        Socket? socket = _socket;
        _socket = null;
        socket?.Dispose();
        _input?.Complete();
        _output?.Complete(new OperationCanceledException());
        _stream?.Dispose();
        _input = null;
        _output = null;
        _stream = null;
        _timedOut = false;
    }

    /// <summary>Breaks the connection from another thread; its owner then sees it lost.</summary>
    public void Abort() => _socket?.Dispose();

    public void OnHeartbeat(long now)
    {
        long deadline = Volatile.Read(ref _deadline);
        if (deadline != 0 && now >= deadline
            && Interlocked.CompareExchange(ref _deadline, 0, deadline) == deadline)
        {
            _timedOut = true;
            Abort();
        }
    }

    /// <summary>
    /// Leaves out the positive replies that came before anything was asked. False: another one ended the session.
    /// </summary>
    private async ValueTask<bool> LeaveOutAsync(ClientPhase phase)
    {
        while (HasInput())
        {
            if (!await ReadReplyAsync(phase))
            {
                return false;
            }

            HadSurplus = true;
            if (!IsPositive && !(IsIntermediate && phase == ClientPhase.Content))
            {
                Fail(SessionEnd.OutOfStep);
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// A reply, or part of it, is there. The socket is asked too: a read that began before completes on another thread,
    /// maybe when the whole content is sent. Not under TLS, which has messages of its own.
    /// </summary>
    private bool HasInput()
    {
        try
        {
            return _input!.HasArrived() || (Tls is null && _socket!.Available > 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return true; // reading will tell
        }
    }

    private void Use(Stream stream)
    {
        _stream = stream;
        _input = new ReplyPipeReader(stream);
        _output = PipeWriter.Create(stream, _writerOptions);
    }

    private void SetDeadline(ClientPhase phase)
    {
        Phase = phase;
        Volatile.Write(ref _deadline, context.Heartbeat.Now + context.Timeouts[phase]);
    }

    private ReplyStatus TryTakeReply(ReadOnlySequence<byte> buffer, out SequencePosition consumed)
    {
        ReplyStatus status = ReplyParser.TryRead(buffer, out RemoteReply reply, out consumed);
        if (status == ReplyStatus.Complete)
        {
            ReplyCode = reply.Code;
            ReplyEnhancedCode = reply.EnhancedCode;
            _textLength = reply.CopyText(_text);
            Dialogue?.Reply(buffer.Slice(buffer.Start, consumed));
            if (Phase == ClientPhase.Hello && reply.IsPositive)
            {
                Offer = EhloResponse.Parse(reply);
            }
        }

        return status;
    }
}
