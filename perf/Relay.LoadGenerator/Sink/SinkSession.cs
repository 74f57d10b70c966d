using System.Diagnostics;
using Relay.LoadGenerator.Native;

namespace Relay.LoadGenerator.Sink;

/// <summary>
/// One client of the sink: its socket. All that was received is worked off at once by the <see cref="SinkDialogue"/>
/// and answered with one send. Runs on its worker's thread only; reused for later connections.
/// </summary>
internal sealed class SinkSession : SocketHandler
{
    private readonly SinkWorker _worker;
    private readonly SinkDialogue _dialogue;
    private byte[] _rest = [];     // received and not worked off: part of a command, or what waits behind a delay
    private int _restLength;
    private bool _isDelayed;
    private bool _hasMoreToRead;   // an edge has passed that was not acted on
    private long _resumeAt;

    internal SinkSession(SinkWorker worker, Reactor reactor)
        : base(reactor)
    {
        _worker = worker;
        _dialogue = new SinkDialogue(this, worker);
    }

    internal bool IsOpen => Fd >= 0;

    internal void Open(int fd)
    {
        Fd = fd;
        _restLength = 0;
        _isDelayed = _hasMoreToRead = false;
        _dialogue.Begin();
        Reactor.Register(this, Libc.In | Libc.ReadHangUp);
        Work([]);
    }

    /// <summary>Stops work on the input for a time; what is left of it is seen again then.</summary>
    internal void HoldUp(TimeSpan delay)
    {
        _resumeAt = _worker.Schedule(this, delay);
        _isDelayed = true;
    }

    /// <summary>Ends the connection without another word; the replies before went out, as they were due.</summary>
    internal void Break(bool reset)
    {
        _ = Send(_worker.Output);
        if (reset)
        {
            Sockets.SetReset(Fd);
        }

        Close();
    }

    internal void Abort()
    {
        if (Fd >= 0)
        {
            Close();
        }
    }

    internal override void OnReady(uint events)
    {
        if ((events & Libc.Out) != 0 && IsBlocked && !ContinueSending())
        {
            Close();
            return;
        }

        if (_isDelayed || IsBlocked)
        {
            _hasMoreToRead = true; // a client that does not read its replies is not read from
            return;
        }

        ReadAll((events & (Libc.ReadHangUp | Libc.HangUp | Libc.Error)) != 0);
    }

    internal override void OnTimer(long now)
    {
        if (Fd < 0 || !_isDelayed || now < _resumeAt)
        {
            return;
        }

        _isDelayed = false;
        Work(_rest.AsSpan(0, _restLength).ToArray());
        if (Fd >= 0 && _hasMoreToRead && !_isDelayed)
        {
            _hasMoreToRead = false;
            ReadAll(ended: true);
        }
    }

    protected override void OnUnblocked()
    {
        if (_dialogue.IsOver)
        {
            Close();
        }
        else if (_hasMoreToRead)
        {
            _hasMoreToRead = false;
            ReadAll(ended: true);
        }
    }

    private void ReadAll(bool ended)
    {
        while (Fd >= 0 && !_isDelayed && !IsBlocked)
        {
            byte[] input = _worker.GetInput(_restLength);
            int received = Sockets.Receive(Fd, input.AsSpan(_restLength));
            if (received == -1)
            {
                return;
            }

            if (received <= 0)
            {
                _worker.Counters.CutOff += _dialogue.IsInTransaction || received < 0 ? 1 : 0;
                Close();
                return;
            }

            _rest.AsSpan(0, _restLength).CopyTo(input);
            int length = _restLength + received;
            bool drained = length < input.Length;
            Work(input.AsSpan(0, length));
            if (drained && !ended)
            {
                return;
            }
        }

        _hasMoreToRead = Fd >= 0;
    }

    // Works off the input, sends the replies, keeps what is incomplete.
    private void Work(ReadOnlySpan<byte> input)
    {
        int done = _dialogue.Process(input);
        if (Fd < 0)
        {
            return; // dropped by a fault
        }

        _restLength = input.Length - done;
        if (_restLength > 0)
        {
            if (_rest.Length < _restLength)
            {
                _rest = new byte[Math.Max(512, _restLength)];
            }

            input[done..].CopyTo(_rest);
        }

        // A client that has sent octets behind its last command may send more; if they come before the close, it is an
        // RST that drops what waits for FIN. Its reply goes out at once.
        bool isLast = _dialogue.IsOver && _restLength == 0;
        if (!Send(_worker.Output, isLast) || (_dialogue.IsOver && !IsBlocked))
        {
            Close();
        }
    }

    private void Close()
    {
        Debug.Assert(Fd >= 0);
        Reactor.Close(this);
        ReleasePending();
        _worker.Output.Clear();
        _worker.Release(this);
    }
}
