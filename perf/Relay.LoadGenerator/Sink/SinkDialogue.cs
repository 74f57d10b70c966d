namespace Relay.LoadGenerator.Sink;

/// <summary>
/// The server's side of the protocol: commands to replies, content to the verifier. Content is scanned where it was
/// received and never copied. Owned by one <see cref="SinkSession"/>.
/// </summary>
internal sealed class SinkDialogue
{
    private const int LineMax = 64 * 1024;

    private readonly SinkSession _session;
    private readonly SinkWorker _worker;
    private readonly ContentVerifier? _verifier;
    private readonly List<ulong> _recipientKeys = [];
    private Phase _phase;
    private DotDecoder _decoder;
    private int _recipients;
    private bool _hasMail;
    private bool _wasDelayed;   // the present step has waited
    private long _bdatLeft;
    private bool _bdatLast;
    private bool _isInChunks;

    internal SinkDialogue(SinkSession session, SinkWorker worker)
    {
        _session = session;
        _worker = worker;
        _verifier = worker.Options.Verify ? new ContentVerifier() : null;
    }

    private enum Phase : byte
    {
        Banner,
        Command,
        Content,
        Chunk,
        EndOfContent,
    }

    /// <summary>The connection is to be closed when the replies have gone out.</summary>
    internal bool IsOver { get; private set; }

    internal bool IsInTransaction => _hasMail;

    internal void Begin()
    {
        _phase = Phase.Banner;
        IsOver = _wasDelayed = false;
        ResetTransaction();
    }

    /// <summary>Works off what it can, replies into the worker's output; returns the octets done with.</summary>
    internal int Process(ReadOnlySpan<byte> input)
    {
        int position = 0;
        while (!IsOver && _session.IsOpen)
        {
            ReadOnlySpan<byte> left = input[position..];
            switch (_phase)
            {
                case Phase.Banner:
                    if (IsHeldUp(FaultStage.Banner, []))
                    {
                        return position;
                    }

                    Answer(FaultStage.Banner, [], _worker.Replies.Greeting);
                    _phase = Phase.Command;
                    break;
                case Phase.Content or Phase.Chunk:
                    if (left.IsEmpty)
                    {
                        return position;
                    }

                    position += _phase == Phase.Content ? ReadContent(left) : ReadChunk(left);
                    break;
                case Phase.EndOfContent:
                    if (IsHeldUp(FaultStage.Dot, []))
                    {
                        return position;
                    }

                    _phase = Phase.Command;
                    FinishMessage();
                    break;
                default:
                    int length = left.IndexOf((byte)'\n') + 1;
                    if (length == 0)
                    {
                        CloseOnEndlessLine(left.Length);
                        return position;
                    }

                    if (!TryCommand(left[..length]))
                    {
                        return position;
                    }

                    position += length;
                    break;
            }
        }

        return position;
    }

    private void CloseOnEndlessLine(int length)
    {
        if (length > LineMax)
        {
            Violate(SinkReplies.Unknown);
            IsOver = true;
        }
    }

    // False: the command waits for its time and stays unread.
    private bool TryCommand(ReadOnlySpan<byte> line)
    {
        bool hasLineEnd = line.EndsWith("\r\n"u8);
        _worker.Counters.Violations += hasLineEnd ? 0 : 1;
        ReadOnlySpan<byte> command = line[..^(hasLineEnd ? 2 : 1)];
        SinkVerb verb = SinkVerbs.Parse(command);
        if (SinkVerbs.Stage(verb) is { } stage && IsHeldUp(stage, command))
        {
            return false;
        }

        switch (verb)
        {
            case SinkVerb.Mail:
                OnMail(command);
                break;
            case SinkVerb.Rcpt:
                OnRcpt(command);
                break;
            case SinkVerb.Data:
                OnData(command);
                break;
            case SinkVerb.Bdat:
                OnBdat(command);
                break;
            case SinkVerb.Ehlo or SinkVerb.Helo or SinkVerb.Lhlo when (verb == SinkVerb.Lhlo) != _worker.Options.Lmtp:
                Violate(SinkReplies.Unknown); // RFC 2033 §4.1
                break;
            case SinkVerb.Ehlo or SinkVerb.Lhlo:
                Answer(FaultStage.Ehlo, command, _worker.Replies.Ehlo);
                ResetTransaction();
                break;
            case SinkVerb.Helo:
                Answer(FaultStage.Ehlo, command, _worker.Replies.Helo);
                ResetTransaction();
                break;
            case SinkVerb.Rset:
                Answer(FaultStage.Rset, command, SinkReplies.Ok);
                ResetTransaction();
                break;
            case SinkVerb.Quit:
                Answer(FaultStage.Quit, command, SinkReplies.Bye);
                IsOver = true;
                break;
            case SinkVerb.Noop:
                _worker.Output.Append(SinkReplies.Ok);
                break;
            case SinkVerb.Vrfy:
                _worker.Output.Append(SinkReplies.CannotVerify);
                break;
            default:
                Violate(SinkReplies.Unknown);
                break;
        }

        return true;
    }

    private void OnMail(ReadOnlySpan<byte> command)
    {
        if (_hasMail)
        {
            Violate(SinkReplies.BadSequence);
        }
        else if (Answer(FaultStage.Mail, command, SinkReplies.MailOk))
        {
            _hasMail = true;
        }
    }

    private void OnRcpt(ReadOnlySpan<byte> command)
    {
        if (!_hasMail)
        {
            // After a refused MAIL a pipelining client sends the rest of the group all the same: no violation.
            _worker.Output.Append(SinkReplies.BadSequence);
        }
        else if (Answer(FaultStage.Rcpt, command, SinkReplies.RcptOk))
        {
            _recipients++;
            if (_verifier is not null)
            {
                _recipientKeys.Add(SinkVerbs.MailboxKey(command));
            }
        }
    }

    private void OnData(ReadOnlySpan<byte> command)
    {
        if (_recipients == 0)
        {
            _worker.Output.Append(_hasMail ? SinkReplies.NoRecipients : SinkReplies.BadSequence);
        }
        else if (Answer(FaultStage.Data, command, SinkReplies.StartInput))
        {
            _decoder.Reset();
            _verifier?.Reset();
            _phase = Phase.Content;
            StrikeContent();
        }
        else
        {
            ResetTransaction();
        }
    }

    private void OnBdat(ReadOnlySpan<byte> command)
    {
        if (!SinkVerbs.TryParseBdat(command, out _bdatLeft, out _bdatLast))
        {
            Violate(SinkReplies.Syntax);
            IsOver = true; // how many octets follow is not known
            return;
        }

        _phase = Phase.Chunk;
        if (!_isInChunks)
        {
            _isInChunks = true;
            _verifier?.Reset();
            StrikeContent();
        }

        if (_bdatLeft == 0)
        {
            EndChunk();
        }
    }

    // A fault in the middle of content can only break the connection.
    private void StrikeContent()
    {
        if (_worker.Faults.At(FaultStage.Content, []) is { } fault)
        {
            Strike(fault);
        }
    }

    private int ReadContent(ReadOnlySpan<byte> input)
    {
        bool ended = _decoder.Read(input, out int consumed, out ReadOnlySpan<byte> run);
        _worker.Counters.Bytes += consumed;
        _verifier?.Append(run);
        if (ended)
        {
            _phase = Phase.EndOfContent;
        }

        return consumed;
    }

    private int ReadChunk(ReadOnlySpan<byte> input)
    {
        int consumed = (int)Math.Min(input.Length, _bdatLeft);
        _worker.Counters.Bytes += consumed;
        _verifier?.Append(input[..consumed]);
        _bdatLeft -= consumed;
        if (_bdatLeft == 0)
        {
            EndChunk();
        }

        return consumed;
    }

    private void EndChunk()
    {
        if (_recipients == 0)
        {
            _worker.Output.Append(_hasMail ? SinkReplies.NoRecipients : SinkReplies.BadSequence);
            _phase = Phase.Command;
        }
        else if (_bdatLast)
        {
            _phase = Phase.EndOfContent;
        }
        else
        {
            _worker.Output.Append(SinkReplies.Ok);
            _phase = Phase.Command;
        }
    }

    private void FinishMessage()
    {
        int accepted = 0;
        bool vanishes = false;
        int replies = _worker.Options.Lmtp ? _recipients : 1; // RFC 2033 §4.2
        for (int i = 0; i < replies && _session.IsOpen && !vanishes; i++)
        {
            Fault? fault = _worker.Faults.At(FaultStage.Dot, []);
            vanishes = fault?.Action == FaultAction.Vanish;
            if (fault is null)
            {
                _worker.Output.Append(SinkReplies.Ok);
                AcceptRecipient(i, ref accepted);
            }
            else if (vanishes)
            {
                AcceptRecipient(i, ref accepted);
            }
            else
            {
                Strike(fault);
            }
        }

        if (accepted > 0)
        {
            int recipients = _worker.Options.Lmtp ? accepted : _recipients;
            _worker.CountMessage(recipients, _verifier, _recipientKeys);
        }

        if (vanishes)
        {
            _worker.Counters.Dropped++;
            _session.Break(reset: false);
        }

        ResetTransaction();
    }

    // LMTP may refuse some recipients at the end: only the others have the message.
    private void AcceptRecipient(int index, ref int accepted)
    {
        if (_worker.Options.Lmtp && _verifier is not null)
        {
            _recipientKeys[accepted] = _recipientKeys[index];
        }

        accepted++;
    }

    private bool IsHeldUp(FaultStage stage, ReadOnlySpan<byte> command)
    {
        if (_wasDelayed)
        {
            _wasDelayed = false;
            return false;
        }

        TimeSpan delay = _worker.Faults.DelayAt(stage, command);
        if (delay == TimeSpan.Zero)
        {
            return false;
        }

        _session.HoldUp(delay);
        _wasDelayed = true; // by the time this step is tried again
        return true;
    }

    // Answers well, unless a fault is due; true if well.
    private bool Answer(FaultStage stage, ReadOnlySpan<byte> command, ReadOnlySpan<byte> reply)
    {
        if (_worker.Faults.At(stage, command) is { } fault)
        {
            Strike(fault);
            return false;
        }

        _worker.Output.Append(reply);
        return true;
    }

    private void Strike(Fault fault)
    {
        switch (fault.Action)
        {
            case FaultAction.Reply:
                _worker.Counters.Refused++;
                _worker.Output.Append(fault.Reply);
                IsOver |= fault.ClosesConnection;
                break;
            default:
                _worker.Counters.Dropped++;
                _session.Break(fault.Action == FaultAction.Reset);
                break;
        }
    }

    private void Violate(ReadOnlySpan<byte> reply)
    {
        _worker.Counters.Violations++;
        _worker.Output.Append(reply);
    }

    private void ResetTransaction()
    {
        _hasMail = _isInChunks = false;
        _recipients = 0;
        _recipientKeys.Clear();
    }
}
