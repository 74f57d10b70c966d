using System.Buffers;
using System.Runtime.CompilerServices;
using Relay.Delivery.Attempts;
using Relay.Delivery.Destinations;
using Relay.Delivery.Rules;
using Relay.Queue;
using Relay.Smtp;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Client;

/// <summary>
/// The commands of one mail transaction (RFC 5321 §3.3): RSET if one is needed, MAIL, as many RCPTs as the limits
/// allow and have the same reverse-path, DATA. They are written in groups (RFC 2920), one by one without PIPELINING,
/// and every reply is read and given to the recipients that it is about; replies that cannot be those to their commands
/// end the session. Owned by one worker, reused.
/// </summary>
internal sealed class MailTransaction
{
    /// <summary>
    /// Octets of commands in flight. Their replies must fit the socket buffers, or both sides wait for ever
    /// (RFC 2920 §3.1).
    /// </summary>
    private const int GroupLengthMax = 16 * 1024;

    private MessageAttempt _attempt = null!;
    private Destination _destination = null!;
    private SmtpClientConnection _connection = null!;
    private Step _next;
    private int _sender;
    private int _cursor;
    private int _recipientsLeft;
    private bool _smtpUtf8;
    private bool _resetSent;
    private bool _mailSent;
    private bool _mailAccepted;
    private bool _mailRefused;
    private int _rcptSent;
    private int _replyCursor;
    private bool _dataSent;

    private enum Step : byte
    {
        Reset,
        Mail,
        Rcpt,
        Data,
        Done,
    }

    /// <summary>Recipients accepted.</summary>
    public int Accepted { get; private set; }

    /// <summary>The server waits for content (354).</summary>
    public bool DataAccepted { get; private set; }

    /// <summary>Content goes by BDAT, for which there is no go-ahead.</summary>
    public bool UsesChunking { get; private set; }

    /// <summary>Not even the first command has its reply.</summary>
    public bool IsUnanswered => _resetSent || _mailSent;

    public void Begin(MessageAttempt attempt, Destination destination, SmtpClientConnection connection, bool smtpUtf8)
    {
        _attempt = attempt;
        _attempt.BeginTransaction();
        _destination = destination;
        _connection = connection;
        _smtpUtf8 = smtpUtf8;
        _sender = attempt.NextSender();
        int offered = connection.Offer.RecipientLimit;
        _recipientsLeft = Math.Min(
            Math.Min(destination.Limits.RecipientsPerTransaction, destination.Traits.RecipientsMax),
            offered > 0 ? offered : int.MaxValue);
        _recipientsLeft = connection.IsCareful ? 1 : _recipientsLeft;
        _next = connection.NeedsReset ? Step.Reset : Step.Mail;
        _cursor = _replyCursor = _rcptSent = Accepted = 0;
        _resetSent = _mailSent = _mailAccepted = _mailRefused = _dataSent = DataAccepted = false;
        UsesChunking = destination.Traits.UsesChunking && connection.Offer.Offers(EhloKeywords.Chunking)
            && !connection.IsCareful; // the 354 tells where the replies to all commands end
    }

    /// <summary>Writes the next group of commands, without sending it.</summary>
    public void WriteGroup()
    {
        bool pipelining = _connection.Offer.Offers(EhloKeywords.Pipelining) && !_connection.IsCareful;
        long begin = _connection.Output.UnflushedBytes;
        do
        {
            WriteNext();
        }
        while (pipelining && _next != Step.Done && _connection.Output.UnflushedBytes - begin < GroupLengthMax);
    }

    /// <summary>
    /// Reads the replies to what was sent, sends the rest and reads on. Afterwards every recipient of the transaction
    /// is accepted, finished or waiting for the next one. False: the session broke or was ended by a 421; recipients
    /// without an outcome are as they were.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> RunAsync()
    {
        while (true)
        {
            while (HasOutstanding)
            {
                if (!await _connection.ReadReplyAsync(CurrentPhase) || !TakeReply())
                {
                    return false;
                }
            }

            if (_mailRefused || _next == Step.Done)
            {
                break;
            }

            if (_connection.HasUnreadInput)
            {
                _connection.EndForUnreadInput(NextPhase); // it would be taken for the reply to what comes now
                return false;
            }

            WriteGroup();
            if (HasOutstanding && !await _connection.FlushAsync(CurrentPhase))
            {
                return false;
            }
        }

        _connection.NeedsReset = _mailAccepted && !DataAccepted;
        return !DataAccepted || Accepted > 0 || await EndEmptyDataAsync();
    }

    private bool HasOutstanding => _resetSent || _mailSent || _rcptSent > 0 || _dataSent;

    private ClientPhase CurrentPhase => _resetSent ? ClientPhase.Reset
        : _mailSent ? ClientPhase.Mail
        : _rcptSent > 0 ? ClientPhase.Rcpt
        : ClientPhase.Data;

    private ClientPhase NextPhase => _next switch
    {
        Step.Reset => ClientPhase.Reset,
        Step.Mail => ClientPhase.Mail,
        Step.Rcpt => ClientPhase.Rcpt,
        _ => ClientPhase.Data,
    };

    private void WriteNext()
    {
        switch (_next)
        {
            case Step.Reset:
                _connection.Output.Write("RSET\r\n"u8);
                _resetSent = true;
                _next = Step.Mail;
                break;

            case Step.Mail:
                QueuedMessage message = _attempt.Message;
                bool isEightBit = (message.Flags & ContentFlags.EightBit) != 0;
                CommandWriter.WriteMail(
                    _connection.Output,
                    message.Envelope,
                    message.Envelope.GetRecipient(_attempt.Recipients[_sender].Ordinal),
                    _connection.Offer,
                    message.Size,
                    isEightBit,
                    _smtpUtf8);
                _mailSent = true;
                _connection.Transactions++;
                _next = Step.Rcpt;
                break;

            case Step.Rcpt:
                WriteRcpt();
                break;

            case Step.Data:
                _next = Step.Done;
                if (UsesChunking || (Accepted == 0 && _rcptSent == 0))
                {
                    break; // BDAT needs no go-ahead; without recipients there is nothing to send
                }

                _connection.Output.Write("DATA\r\n"u8);
                _dataSent = true;
                break;

            default:
                break;
        }
    }

    private void WriteRcpt()
    {
        Span<RecipientAttempt> recipients = _attempt.Recipients;
        SkipOthers(recipients);
        if (_cursor < recipients.Length && _recipientsLeft > 0)
        {
            ref RecipientAttempt recipient = ref recipients[_cursor++];
            _recipientsLeft--;
            CommandWriter.WriteRcpt(
                _connection.Output,
                _attempt.RcptAddress(recipient),
                _attempt.Message.Envelope.GetRecipient(recipient.Ordinal),
                _connection.Offer);
            recipient.Progress = RecipientProgress.Sent;
            _rcptSent++;
            SkipOthers(recipients);
        }

        if (_cursor >= recipients.Length || _recipientsLeft == 0)
        {
            _next = Step.Data;
        }
    }

    /// <summary>Moves on to the next recipient that waits and belongs to this transaction.</summary>
    private void SkipOthers(Span<RecipientAttempt> recipients)
    {
        while (_cursor < recipients.Length
            && (recipients[_cursor].Progress != RecipientProgress.Waiting || recipients[_cursor].Sender != _sender))
        {
            _cursor++;
        }
    }

    /// <summary>Gives the reply to the oldest command that has none yet. False ends the session.</summary>
    private bool TakeReply()
    {
        if (_resetSent)
        {
            _resetSent = false;
            return true;
        }

        if (_mailSent)
        {
            _mailSent = false;
            return TakeMailReply();
        }

        if (_rcptSent > 0)
        {
            _rcptSent--;
            return TakeRcptReply();
        }

        _dataSent = false;
        return TakeDataReply();
    }

    private bool TakeMailReply()
    {
        _mailAccepted = _connection.IsPositive;
        _mailRefused = !_mailAccepted;
        if (_mailAccepted)
        {
            return true;
        }

        if (_connection.IsPermanent && MayBeUnasked)
        {
            _connection.Fail(SessionEnd.Doubtful);
            return false;
        }

        if (IsForNextHost(ClientPhase.Mail, out Refusal refusal))
        {
            return false;
        }

        _attempt.Peer = _connection.Peer;
        _attempt.FinishSender(
            _sender, refusal.Status, _connection.ReplyCode, refusal.EnhancedCode, _connection.ReplyText);
        return true;
    }

    /// <summary>
    /// Nothing will show whether the reply to MAIL was one too many, sent for an earlier message: no reply to a command
    /// behind it follows. On a fresh connection there was none before.
    /// </summary>
    private bool MayBeUnasked => _rcptSent == 0 && _connection.Transactions > 1 && !_attempt.Retried;

    /// <summary>
    /// What the refusal means for recipients. True: it ends the session, as the route's next host is to be tried.
    /// </summary>
    private bool IsForNextHost(ClientPhase phase, out Refusal refusal)
    {
        ReplyVerdict verdict = _destination.Control.Judge(phase, FailureText.OfReply(_connection));
        refusal = Refusal.Of(verdict, _connection.IsPermanent, _connection.ReplyEnhancedCode);
        if (verdict.Action != ReplyAction.NextHost || !_connection.HasNextHost || Accepted > 0 || _connection.IsLmtp)
        {
            return false;
        }

        _connection.Fail(SessionEnd.NextHost);
        return true;
    }

    private bool TakeRcptReply()
    {
        if (_mailRefused)
        {
            if (_connection.ReplyCode >= 400)
            {
                return true; // all outcomes are known; this is the 503 that follows
            }

            _connection.Fail(SessionEnd.OutOfStep); // MAIL was accepted: the refusal before was a reply too many
            return false;
        }

        Span<RecipientAttempt> recipients = _attempt.Recipients;
        while (recipients[_replyCursor].Progress != RecipientProgress.Sent)
        {
            _replyCursor++;
        }

        ref RecipientAttempt recipient = ref recipients[_replyCursor++];
        if (_connection.IsPositive)
        {
            recipient.Progress = RecipientProgress.Accepted;
            Accepted++;
        }
        else if (IsTooManyRecipients())
        {
            recipient.Progress = RecipientProgress.Waiting;
            _recipientsLeft = 0;
            _next = _next == Step.Rcpt ? Step.Data : _next;
        }
        else if (IsForNextHost(ClientPhase.Rcpt, out Refusal refusal))
        {
            return false;
        }
        else
        {
            _attempt.Peer = _connection.Peer;
            _attempt.Finish(
                ref recipient, refusal.Status, _connection.ReplyCode, refusal.EnhancedCode, _connection.ReplyText);
        }

        return true;
    }

    /// <summary>
    /// 452 4.5.3, 552 meant as such (RFC 5321 §4.5.3.1.10): the rest goes in a transaction of its own.
    /// </summary>
    private bool IsTooManyRecipients()
    {
        if (Accepted == 0 || _connection.ReplyCode is not (452 or 552))
        {
            return false; // with none accepted another transaction would fare no better
        }

        EnhancedStatusCode code = _connection.ReplyEnhancedCode;
        bool says = code is { Subject: 5, Detail: 3 };
        if (says)
        {
            _destination.Traits.RecipientsMax = Math.Min(_destination.Traits.RecipientsMax, Accepted);
        }

        return says || code.IsNone;
    }

    private bool TakeDataReply()
    {
        if (_connection.IsIntermediate)
        {
            DataAccepted = true;
            return true;
        }

        if (_connection.IsPositive)
        {
            if (_connection.IsCareful)
            {
                _connection.OnSurplus(); // of the replies up to the 354 all are positive: so is that to RCPT
                _dataSent = true;
                return true;
            }

            _connection.Fail(SessionEnd.OutOfStep);
            return false;
        }

        if (Accepted == 0)
        {
            return true; // every outcome is known; this is the refusal that follows from it
        }

        Accepted = 0; // none of them is any more: nothing speaks against the next host
        if (IsForNextHost(ClientPhase.Data, out Refusal refusal))
        {
            return false;
        }

        _attempt.Peer = _connection.Peer;
        _attempt.FinishAll(
            RecipientProgress.Accepted,
            refusal.Status,
            _connection.ReplyCode,
            refusal.EnhancedCode,
            _connection.ReplyText);
        return true;
    }

    /// <summary>
    /// 354 though no recipient was accepted (RFC 2920 §3.1): an empty message ends it, whatever is replied.
    /// </summary>
    private async ValueTask<bool> EndEmptyDataAsync()
    {
        _connection.Output.Write(".\r\n"u8);
        DataAccepted = false;
        return await _connection.FlushAsync(ClientPhase.Data) && await _connection.ReadReplyAsync(ClientPhase.Data);
    }
}
