using Relay.LoadGenerator.Messages;

namespace Relay.LoadGenerator.Source;

/// <summary>
/// The client's side of mail transactions: which command follows which reply. Replies to MAIL, RCPT and DATA always
/// concern the current transaction, because the next one's come behind the answer to the current content. Owned by one
/// <see cref="SourceSession"/>.
/// </summary>
internal sealed class MailDialogue
{
    private const int ChunkSize = 128 * 1024;

    private readonly SourceSession _session;
    private readonly SourceWorker _worker;
    private readonly SourceOptions _options;
    private readonly ExpectedReplies _expected;
    private readonly int _number;
    private MailTransaction _current;
    private MailTransaction _next;   // behind _current's end of data (PipeliningMode.Full)
    private bool _hasNext;
    private MessageContent _content = MessageContent.None;
    private int _contentReplies;     // of the current transaction; LMTP sends one per recipient
    private bool _quitSent;

    internal MailDialogue(SourceSession session, SourceWorker worker, ExpectedReplies expected, int number)
    {
        _session = session;
        _worker = worker;
        _options = worker.Options;
        _expected = expected;
        _number = number;
    }

    /// <summary>A message is in hand.</summary>
    internal bool IsAssigned { get; private set; }

    /// <summary>What the server offers on this connection.</summary>
    internal ServerKeywords Keywords { get; set; }

    internal bool MissesPipelining => _options.Pipelining != PipeliningMode.Off && !CanGroup;

    private bool CanGroup => _options.Pipelining != PipeliningMode.Off && (Keywords & ServerKeywords.Pipelining) != 0;

    private bool CanOverlap => _options.Pipelining == PipeliningMode.Full && CanGroup && !UsesBdat;

    private bool UsesBdat => _options.Bdat && (Keywords & ServerKeywords.Chunking) != 0;

    internal void Assign(in Ticket ticket)
    {
        _current = _worker.CreateTransaction(ticket);
        IsAssigned = true;
    }

    /// <summary>The connection is gone and with it all that was known of it, but not the messages in hand.</summary>
    internal void Reset()
    {
        Keywords = ServerKeywords.None;
        _content = MessageContent.None;
        _quitSent = false;
    }

    /// <summary>Sends the message in hand.</summary>
    internal void Begin()
    {
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

    /// <summary>A reply to MAIL, RCPT or DATA.</summary>
    internal void OnReply(ReplyStage stage, int code, bool positive)
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
            _session.Break();
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

    /// <summary>A reply to the end of data or to BDAT.</summary>
    internal void OnContentReply(int code, bool positive)
    {
        if (!_content.IsComplete)
        {
            _session.Break(); // an answer to content that is still on its way: the dialogue is out of step
            return;
        }

        _contentReplies++;
        _worker.Counters.RecipientsRejected += _options.Lmtp && !positive ? 1 : 0;
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
            _session.Break();
        }
        else
        {
            EndTransaction();
        }
    }

    /// <summary>Sends the content as far as the kernel takes it, and what may follow it in the same send.</summary>
    internal void PumpContent()
    {
        while (!_content.IsComplete)
        {
            _worker.Script.AppendContent(_worker.Output, ref _content, _current.Ticket, _number, ChunkSize);
            if (_content.IsComplete)
            {
                _current.ContentSent = _worker.Time.GetTimestamp();
                AppendBehindContent();
            }

            if (!_session.Flush() || _session.IsSendBlocked)
            {
                return;
            }
        }
    }

    /// <summary>Gives up what is in hand, to be counted as broken or sent again.</summary>
    internal void Drop(bool resend)
    {
        if (IsAssigned)
        {
            _worker.Drop(_current, resend);
        }

        if (_hasNext)
        {
            _worker.Drop(_next, resend: true); // its content was never sent: sending it again is no risk
        }

        IsAssigned = _hasNext = false;
    }

    private void AppendMail(ref MailTransaction transaction)
    {
        bool eightBit = _options.EightBit && (Keywords & ServerKeywords.EightBitMime) != 0;
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
            _session.SendCommand(".\r\n"u8, ReplyStage.Content);
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
            _session.Flush();
        }
        else
        {
            PumpContent();
        }
    }

    private void AppendBehindContent()
    {
        if (!CanOverlap)
        {
            return;
        }

        if (_session.IsConnectionSpent)
        {
            _worker.Output.Append("QUIT\r\n"u8);
            _expected.Add(ReplyStage.Quit);
            _quitSent = true;
        }
        else if (_worker.TryTake(out Ticket ticket))
        {
            _next = _worker.CreateTransaction(ticket);
            _hasNext = true;
            _session.CountSent();
            AppendGroup(ref _next);
        }
    }

    private void CompleteCurrent()
    {
        _worker.Complete(_current);
        IsAssigned = false;
    }

    private void EndTransaction()
    {
        CompleteCurrent();
        if (_hasNext)
        {
            // Its commands are out already and their replies follow.
            _current = _next;
            (IsAssigned, _hasNext) = (true, false);
        }
        else if (_quitSent)
        {
            _session.OnQuitSent();
        }
        else if (_current.HasFailed && _current.MailAccepted
            && (UsesBdat || _current.FailureStage != ReplyStage.Content))
        {
            _session.SendCommand("RSET\r\n"u8, ReplyStage.Reset);
        }
        else
        {
            _session.Proceed();
        }
    }
}
