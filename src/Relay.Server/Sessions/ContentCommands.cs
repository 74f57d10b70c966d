using Relay.Queue;
using Relay.Server.Transactions;
using Relay.Smtp.Commands;
using Relay.Smtp.Replies;

namespace Relay.Server.Sessions;

/// <summary>DATA (RFC 5321 §4.1.1.4) and BDAT (RFC 3030 §2): the commands themselves, up to their content.</summary>
internal static class ContentCommands
{
    public static Step Data(SessionDialog dialog, ReadOnlySpan<byte> arguments)
    {
        if (dialog.Transaction is not { } transaction)
        {
            return dialog.RefuseRecipient(Replies.MailCommandFirst);
        }

        if (transaction.IsChunked)
        {
            return dialog.Refuse(Replies.NotDuringBdat);
        }

        if (transaction.AcceptedRecipients == 0)
        {
            return dialog.RefuseRecipient(
                transaction.RefusedRecipients > 0 ? Replies.NoValidRecipients : Replies.RcptFirst);
        }

        if (!TryBeginContent(dialog, transaction, out MailQueueError error))
        {
            dialog.ResetTransaction();
            return dialog.RefuseForQueue(error);
        }

        dialog.Mode = ReceiveMode.Data;
        dialog.Timeouts.BeginContent();
        return dialog.Reply(Replies.StartMailInput);
    }

    /// <summary>
    /// Whatever is wrong with it, a chunk is read before it is answered; only if its size cannot be read is the
    /// session over, because nothing tells then where its next command begins.
    /// </summary>
    public static Step Bdat(SessionDialog dialog, ReadOnlySpan<byte> arguments)
    {
        CommandError error = SmtpCommandParser.ParseBdat(arguments, out BdatCommand command);
        if (error != CommandError.None)
        {
            dialog.Reply(Replies.For(error));
            return dialog.ReplyAndClose(dialog.Settings.OutOfStep);
        }

        dialog.Chunk = new Chunk(command.Size, command.IsLast, Begin(dialog, command.Size));
        dialog.Mode = ReceiveMode.Bdat;
        return Step.Continue;
    }

    /// <summary>Why the chunk is to be refused, or None.</summary>
    private static ContentRefusal Begin(SessionDialog dialog, long size)
    {
        if (dialog.Rejection is not null)
        {
            return ContentRefusal.Rejected;
        }

        if (dialog.Transaction is not { } transaction)
        {
            return ContentRefusal.MailFirst;
        }

        if (transaction.HasFailedChunk)
        {
            return ContentRefusal.FailedBefore;
        }

        if (transaction.AcceptedRecipients == 0)
        {
            return transaction.RefusedRecipients > 0 ? ContentRefusal.NoValidRecipients : ContentRefusal.RcptFirst;
        }

        if (!transaction.IsChunked)
        {
            if (!TryBeginContent(dialog, transaction, out MailQueueError error))
            {
                transaction.IsChunked = true;
                transaction.Refuse(ToRefusal(error));
                return transaction.Refusal;
            }

            transaction.IsChunked = true;
            dialog.Timeouts.BeginContent();
        }

        long room = dialog.Settings.MessageSizeMax - transaction.AnnouncedOctets;
        if (size > room)
        {
            transaction.Refuse(ContentRefusal.TooLarge);
            return ContentRefusal.TooLarge;
        }

        transaction.AnnouncedOctets += size;
        return ContentRefusal.None;
    }

    public static ContentRefusal ToRefusal(MailQueueError error) => error switch
    {
        MailQueueError.None => ContentRefusal.None,
        MailQueueError.InsufficientStorage => ContentRefusal.InsufficientStorage,
        MailQueueError.Stopping => ContentRefusal.Stopping,
        _ => ContentRefusal.StorageFailed,
    };

    private static bool TryBeginContent(SessionDialog dialog, MailTransaction transaction, out MailQueueError error)
    {
        error = dialog.Server.Queue.Condition;
        if (error != MailQueueError.None)
        {
            return false;
        }

        try
        {
            transaction.BeginContent();
            transaction.HasPassedHeader = dialog.Server.HeaderRewriter is not { IsNeeded: true };
            return true;
        }
        catch (MailQueueException exception)
        {
            error = exception.Error;
            return false;
        }
    }
}
