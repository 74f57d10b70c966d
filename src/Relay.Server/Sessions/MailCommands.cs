using Relay.Server.Policies;
using Relay.Server.Transactions;
using Relay.Smtp;
using Relay.Smtp.Commands;
using Relay.Smtp.Replies;

namespace Relay.Server.Sessions;

/// <summary>MAIL, RCPT and RSET (RFC 5321 §4.1.1.2, §4.1.1.3, §4.1.1.5).</summary>
internal static class MailCommands
{
    public static Step Mail(SessionDialog dialog, ReadOnlySpan<byte> arguments)
    {
        if (dialog.StopRequested)
        {
            return dialog.ReplyAndClose(dialog.Settings.ShuttingDown);
        }

        if (!dialog.IsGreeted && dialog.Settings.RequireHello)
        {
            return dialog.Refuse(Replies.HelloFirst);
        }

        if (dialog.NeedsAuthentication)
        {
            return dialog.Refuse(Replies.AuthenticationRequired);
        }

        if (dialog.Transaction is not null)
        {
            return dialog.Refuse(Replies.SenderAlreadySpecified);
        }

        CommandError error = SmtpCommandParser.ParseMail(arguments, out MailCommand command);
        if (error == CommandError.ReversePathUnqualified)
        {
            // The policy's to judge.
            error = command is { HasUtf8Address: true, SmtpUtf8: false }
                ? CommandError.ReversePathNeedsSmtpUtf8
                : CommandError.None;
        }

        if (error != CommandError.None)
        {
            return dialog.Refuse(Replies.For(error));
        }

        if (command.Size > dialog.Settings.MessageSizeMax)
        {
            ReplyWriter.Insert(dialog.Output, Replies.DeclaredSizeTooLarge, dialog.Settings.MessageSizeMax);
            return Step.Continue;
        }

        if (dialog.TryRefuseForQueue(out Step refused))
        {
            return refused;
        }

        dialog.HasPurpose = true;
        MailTransaction transaction = dialog.Server.Transactions.Rent();
        transaction.Begin(command);
        transaction.HoldReason = dialog.HoldReason;
        if (dialog.Settings.Hides(PrivacyFlags.NoBodyReturn))
        {
            transaction.Envelope.Return = DsnReturn.Headers;
        }

        if (dialog.AuthenticatedIdentity is { } identity)
        {
            transaction.Envelope.SetAuthIdentity(identity);
        }

        if (dialog.Client.ArrivalUses is var uses && uses != ArrivalUses.None)
        {
            transaction.Envelope.SetArrival(dialog.Client.ArrivalAddress, uses);
        }

        dialog.Transaction = transaction;
        if (dialog.DiscardsMessages)
        {
            transaction.IsDiscarded = true;
            return FinishMail(dialog, MailDecision.Accept);
        }

        ValueTask<MailDecision> decision =
            dialog.Server.RecipientPolicy.OnMailAsync(dialog.Client, transaction.Path);
        return decision.IsCompletedSuccessfully ? FinishMail(dialog, decision.Result) : dialog.Pending.Await(decision);
    }

    public static Step FinishMail(SessionDialog dialog, in MailDecision decision)
    {
        MailTransaction transaction = dialog.Transaction!;
        if (decision.Refusal is { } refusal)
        {
            dialog.LogRejected(refusal, transaction.Path.Span, default);
            dialog.ResetTransaction();
            return dialog.RefuseByPolicy(refusal, recipient: false);
        }

        transaction.IsDiscarded |= decision.DiscardsMessage;
        transaction.HoldReason ??= decision.HoldReason;
        if (decision.ReversePath is { } reversePath)
        {
            transaction.Envelope.SetReversePath(reversePath);
        }

        dialog.RefusedSinceMail = 0;
        if (dialog.Settings.Hides(PrivacyFlags.AuthWarnings))
        {
            NoteDoubts(dialog, transaction);
        }

        ReplyWriter.InsertMailbox(dialog.Output, Replies.SenderOk, transaction.Path.Span);
        return Step.Continue;
    }

    public static Step Rcpt(SessionDialog dialog, ReadOnlySpan<byte> arguments)
    {
        if (dialog.Transaction is not { } transaction)
        {
            return dialog.RefuseRcpt(Replies.MailFirst);
        }

        if (transaction.IsChunked)
        {
            return dialog.RefuseRcpt(Replies.NotDuringBdat);
        }

        Envelope envelope = transaction.Envelope;
        if (transaction.AcceptedRecipients >= dialog.Settings.RecipientsMax)
        {
            return dialog.RefuseRcpt(Replies.TooManyRecipients);
        }

        CommandError error = SmtpCommandParser.ParseRcpt(arguments, out RcptCommand command);
        if (error == CommandError.ForwardPathUnqualified
            && (dialog.Client.Modifiers & ListenerModifiers.RequireQualifiedRecipients) == 0)
        {
            error = CommandError.None; // the policy's to judge
        }

        if (error != CommandError.None)
        {
            transaction.RefusedRecipients++;
            return dialog.RefuseRcpt(Replies.For(error));
        }

        if (command.HasUtf8Address && !envelope.SmtpUtf8)
        {
            transaction.RefusedRecipients++;
            return dialog.RefuseRcpt(Replies.NeedsSmtpUtf8);
        }

        transaction.Remember(
            command.Mailbox,
            command.OriginalRecipient,
            dialog.Settings.Hides(PrivacyFlags.NoReceipts) ? WithoutReceipt(command.Notify) : command.Notify);
        if (transaction.IsDiscarded)
        {
            return FinishRcpt(dialog, RcptDecision.Accept);
        }

        ValueTask<RcptDecision> decision =
            dialog.Server.RecipientPolicy.OnRcptAsync(dialog.Client, envelope, transaction.Path);
        return decision.IsCompletedSuccessfully ? FinishRcpt(dialog, decision.Result) : dialog.Pending.Await(decision);
    }

    public static Step FinishRcpt(SessionDialog dialog, in RcptDecision decision)
    {
        MailTransaction transaction = dialog.Transaction!;
        ReadOnlySpan<byte> path = transaction.Path.Span;
        if (decision.Refusal is { } refusal)
        {
            transaction.RefusedRecipients++;
            dialog.LogRejected(refusal, transaction.Envelope.ReversePath, path);
            return dialog.RefuseByPolicy(refusal, recipient: true);
        }

        if (!transaction.TryAddRecipient(decision.Replacements))
        {
            transaction.RefusedRecipients++;
            return dialog.RefuseRcpt(Replies.TooManyRecipients);
        }

        transaction.IsDiscarded |= decision.DiscardsMessage;
        transaction.HoldReason ??= decision.HoldReason;
        ReplyWriter.InsertMailbox(dialog.Output, Replies.RecipientOk, path);
        return Step.Continue;
    }

    public static Step Rset(SessionDialog dialog, ReadOnlySpan<byte> arguments)
    {
        dialog.ResetTransaction();
        return dialog.Reply(Replies.Rset);
    }

    /// <summary>Sendmail: authwarnings.</summary>
    private static void NoteDoubts(SessionDialog dialog, MailTransaction transaction)
    {
        ReadOnlySpan<byte> sender = transaction.Path.Span;
        bool isForeign = dialog.Client.LocalUser is { IsTrusted: false } user
            && !AuthenticationWarning.IsOwnAddress(user.Name, dialog.Settings.HostName, sender);
        transaction.ForeignSender = isForeign ? sender.ToArray() : null;
        if (isForeign || !dialog.IsGreeted || dialog.LocalDoubt is not null)
        {
            AuthenticationWarning.Log(dialog);
        }
    }

    /// <summary>Nobody is told of success; who asked for nothing else is told nothing.</summary>
    private static DsnNotify WithoutReceipt(DsnNotify notify) =>
        notify == DsnNotify.Success ? DsnNotify.Never : notify & ~DsnNotify.Success;
}
