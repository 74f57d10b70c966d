using System.Buffers;
using System.Diagnostics;
using Relay.Logging;
using Relay.Queue;
using Relay.Server.Transactions;
using Relay.Smtp;
using Relay.Smtp.Replies;

namespace Relay.Server.Sessions;

/// <summary>
/// The end of content: hands the message to the queue and answers it. <c>250</c> is written only when the queue has
/// said that the message is durable.
/// </summary>
internal static class MessageCompletion
{
    /// <param name="rest">Content that the queue has not got yet; stays unchanged until it has answered.</param>
    /// <param name="octets">Octets of the input that are done with then.</param>
    public static Step Accept(
        SessionDialog dialog,
        MailTransaction transaction,
        ReadOnlySequence<byte> rest,
        long octets,
        ref ReadOnlySequence<byte> input)
    {
        byte[] helo = dialog.Client.Helo;
        var trace = new ReceivedFieldValues
        {
            Helo = helo.Length > 0 ? helo : dialog.ClientAddressLiteral,
            Client = dialog.ClientText,
            HostName = dialog.Settings.HostName,
            Protocol = Protocol(dialog, transaction),
            Id = transaction.PrintedId,
            Tls = dialog.Client.Tls is { } tls ? tls.ReceivedComment : default,
            Date = dialog.Server.Date.Current,
        };
        bool isDoubted = !dialog.IsGreeted || transaction.ForeignSender is not null || dialog.LocalDoubt is not null;
        ReadOnlySpan<byte> warning = isDoubted && dialog.Settings.Hides(PrivacyFlags.AuthWarnings)
            ? AuthenticationWarning.Field(dialog)
            : default;
        transaction.Request.FirstWait = FirstWait(dialog);
        if (dialog.IsVerbose && transaction is { IsDiscarded: false, HoldReason: null, IsQueuedOnly: false })
        {
            dialog.Show = dialog.Server.DeliveryWatcher?.TryBegin(transaction.Id) is { } watch
                ? new DeliveryShow(watch)
                : null;
        }

        ValueTask accept = transaction.AcceptAsync(trace, warning, rest);
        if (!accept.IsCompletedSuccessfully)
        {
            return dialog.Pending.Await(PendingWork.Accept, accept, octets);
        }

        accept.GetAwaiter().GetResult();
        input = input.Slice(octets);
        return FinishAccept(dialog, MailQueueError.None);
    }

    /// <summary>The queue has answered.</summary>
    public static Step FinishAccept(SessionDialog dialog, MailQueueError error)
    {
        MailTransaction transaction = dialog.Transaction!;
        dialog.Mode = ReceiveMode.Command;
        if (error != MailQueueError.None)
        {
            dialog.EndShow();
            ContentRefusal refusal = ContentCommands.ToRefusal(error);
            transaction.Refuse(refusal);
            return FinishRefused(dialog, transaction);
        }

        DeliveryShow? show = dialog.Show;
        if (show is not null)
        {
            show.PrintedId = transaction.PrintedId.ToArray();
        }
        else
        {
            ReplyWriter.Insert(dialog.Output, Replies.MessageAccepted, transaction.PrintedId);
        }

        if (transaction.IsDiscarded)
        {
            dialog.Server.Counters.MessageDiscarded();
        }
        else
        {
            dialog.Server.Counters.MessageAccepted(transaction.Appended);
        }

        dialog.Server.Log.Write(new MailEvent
        {
            Kind = transaction.IsDiscarded ? MailEventKind.Discarded : MailEventKind.Accepted,
            QueueId = transaction.PrintedId,
            ReversePath = transaction.Envelope.ReversePath,
            HasReversePath = true,
            Peer = dialog.ClientText,
            Helo = dialog.Client.Helo,
            Protocol = Protocol(dialog, transaction),
            Via = dialog.ListenerName,
            MessageId = transaction.Header.MessageId,
            BodyType = transaction.Envelope.Body == BodyType.EightBitMime ? "8BITMIME"u8 : default,
            Size = transaction.Appended - transaction.Scanner.StuffedDotCount,
            RecipientCount = transaction.Envelope.RecipientCount,
            Delay = Timeout.InfiniteTimeSpan,
        });
        if (transaction is { HoldReason: { } reason, IsDiscarded: false })
        {
            LogHeld(dialog, transaction, reason);
        }

        dialog.MailMoved();
        dialog.ResetTransaction();
        return show is null ? Step.Continue : dialog.Pending.AwaitShow();
    }

    /// <summary>Answers a message that is not taken, and ends its transaction.</summary>
    public static Step FinishRefused(SessionDialog dialog, MailTransaction transaction)
    {
        Debug.Assert(transaction.Refusal != ContentRefusal.None);
        dialog.Mode = ReceiveMode.Command;
        LogRefused(dialog, transaction);
        Step step = ReplyRefused(dialog, transaction.Refusal);
        dialog.ResetTransaction();
        return step;
    }

    public static Step ReplyRefused(SessionDialog dialog, ContentRefusal refusal)
    {
        SmtpServerSettings settings = dialog.Settings;
        bool disconnects = settings.BareLineEndings == BareLineEndingAction.Disconnect;
        switch (refusal)
        {
            case ContentRefusal.BareCarriageReturn:
                return disconnects
                    ? dialog.ReplyAndClose(Replies.BareCarriageReturnClosing)
                    : dialog.Reply(Replies.BareCarriageReturnInContent);
            case ContentRefusal.BareLineFeed:
                return disconnects
                    ? dialog.ReplyAndClose(Replies.BareLineFeedClosing)
                    : dialog.Reply(Replies.BareLineFeedInContent);
            case ContentRefusal.TooLarge:
                ReplyWriter.Insert(dialog.Output, Replies.MessageTooLarge, settings.MessageSizeMax);
                return Step.Continue;
            case ContentRefusal.HeadersTooLarge:
                ReplyWriter.Insert(dialog.Output, Replies.HeadersTooLarge, HeaderRewriting.LengthMax);
                return Step.Continue;
            case ContentRefusal.TooManyHops:
                return dialog.Reply(Replies.TooManyHops);
            case ContentRefusal.InsufficientStorage:
                return dialog.Reply(Replies.InsufficientDiskSpace);
            case ContentRefusal.StorageFailed:
                return dialog.Reply(Replies.LocalError);
            case ContentRefusal.Stopping:
                return dialog.ReplyAndClose(settings.ShuttingDown);
            case ContentRefusal.MailFirst:
                return dialog.RefuseRecipient(Replies.MailCommandFirst);
            case ContentRefusal.RcptFirst:
                return dialog.RefuseRecipient(Replies.RcptFirst);
            case ContentRefusal.NoValidRecipients:
                return dialog.RefuseRecipient(Replies.NoValidRecipients);
            case ContentRefusal.FailedBefore:
                return dialog.RefuseRecipient(Replies.BdatAfterLast);
            case ContentRefusal.Rejected:
                ReplyWriter.WriteLine(dialog.Output, dialog.Rejection);
                return dialog.CountBadCommand();
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Writes the refusal of a message to the mail log.</summary>
    public static void LogRefused(SessionDialog dialog, MailTransaction transaction)
    {
        dialog.Server.Counters.MessageRefused();
        dialog.Server.Log.Write(new MailEvent
        {
            Kind = MailEventKind.Rejected,
            Stage = MailStage.Content,
            QueueId = transaction.PrintedId,
            ReversePath = transaction.Envelope.ReversePath,
            HasReversePath = true,
            Peer = dialog.ClientText,
            Helo = dialog.Client.Helo,
            Via = dialog.ListenerName,
            MessageId = transaction.Header.MessageId,
            Reply = Reason(transaction.Refusal),
            RecipientCount = transaction.Envelope.RecipientCount,
            Delay = Timeout.InfiniteTimeSpan,
        });
    }

    private static void LogHeld(SessionDialog dialog, MailTransaction transaction, byte[] reason) =>
        dialog.Server.Log.Write(new MailEvent
        {
            Kind = MailEventKind.Held,
            QueueId = transaction.PrintedId,
            Peer = dialog.ClientText,
            Reply = reason,
            Delay = Timeout.InfiniteTimeSpan,
        });

    private static ReadOnlySpan<byte> Reason(ContentRefusal refusal) => refusal switch
    {
        ContentRefusal.BareCarriageReturn => "554 5.6.0 Bare carriage return (CR) not allowed"u8,
        ContentRefusal.BareLineFeed => "554 5.6.0 Bare linefeed (LF) not allowed"u8,
        ContentRefusal.TooLarge => "552 5.2.3 Message exceeds maximum fixed size"u8,
        ContentRefusal.HeadersTooLarge => "552 5.6.0 Headers too large"u8,
        ContentRefusal.TooManyHops => "554 5.4.6 Too many hops"u8,
        ContentRefusal.InsufficientStorage => "452 4.3.1 Insufficient disk space; try again later"u8,
        ContentRefusal.Stopping => "421 4.3.2 Server shutting down, try again later"u8,
        _ => "451 4.3.0 Requested action aborted: error in processing"u8,
    };

    /// <summary>How long mail waits for its first attempt, if its listener only queues.</summary>
    private static TimeSpan FirstWait(SessionDialog dialog) =>
        dialog.Client is { QueuesOnly: false, QueueLoad: 0 } ? TimeSpan.Zero
        : dialog.Client.QueuesOnly || dialog.Server.Load >= dialog.Client.QueueLoad ? dialog.Settings.QueueWait
        : TimeSpan.Zero;

    private static ReadOnlySpan<byte> Protocol(SessionDialog dialog, MailTransaction transaction) =>
        TransmissionType.Get(
            dialog.IsExtended,
            transaction.Envelope.SmtpUtf8,
            dialog.IsTls,
            authenticated: dialog.Client.AuthenticatedIdentity is not null);
}
