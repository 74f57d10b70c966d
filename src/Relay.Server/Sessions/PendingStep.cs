using Relay.Queue;
using Relay.Server.Authentication;
using Relay.Server.Policies;
using Relay.Server.Transactions;

namespace Relay.Server.Sessions;

/// <summary>
/// What a session waits for before it goes on with its input: a policy's decision, the authenticator, the queue, time.
/// One thing at a time; made once for a session. Used by the session's loop and the handlers that it calls.
/// </summary>
internal sealed class PendingStep(SessionDialog dialog)
{
    private PendingWork _work;
    private ValueTask<MailDecision> _mail;
    private ValueTask<RcptDecision> _rcpt;
    private ValueTask<AddressListing> _listing;
    private ValueTask<AuthenticationStep> _authentication;

    /// <summary>The queue's answer.</summary>
    public ValueTask Queue { get; private set; }

    /// <summary>Octets of the input that are done with when the queue has answered.</summary>
    public long Octets { get; private set; }

    /// <summary>How long the command now being carried out waits before it is.</summary>
    public TimeSpan Delay { get; private set; }

    /// <summary>The next command has waited already: it was read before.</summary>
    public bool IsDelayServed { get; set; }

    /// <summary>The command is read again when the time is over.</summary>
    public Step Await(TimeSpan delay)
    {
        dialog.Server.Counters.CommandDelayed();
        Delay = delay;
        IsDelayServed = true;
        return Step.Delay;
    }

    /// <summary>Waits for the policy's decision about MAIL.</summary>
    public Step Await(ValueTask<MailDecision> decision)
    {
        _work = PendingWork.Mail;
        _mail = decision;
        return Step.WaitForPolicy;
    }

    /// <summary>Waits for the policy's decision about RCPT.</summary>
    public Step Await(ValueTask<RcptDecision> decision)
    {
        _work = PendingWork.Rcpt;
        _rcpt = decision;
        return Step.WaitForPolicy;
    }

    /// <summary>Waits for the answer to VRFY or EXPN.</summary>
    public Step Await(ValueTask<AddressListing> listing)
    {
        _work = PendingWork.Verify;
        _listing = listing;
        return Step.WaitForPolicy;
    }

    /// <summary>Waits for the authenticator.</summary>
    public Step Await(ValueTask<AuthenticationStep> step)
    {
        _work = PendingWork.Authenticate;
        _authentication = step;
        return Step.WaitForPolicy;
    }

    /// <summary>Waits for the queue; then <paramref name="octets"/> of the input are done with.</summary>
    public Step Await(PendingWork work, ValueTask queue, long octets)
    {
        _work = work;
        Queue = queue;
        Octets = octets;
        return Step.WaitForQueue;
    }

    /// <summary>Shows the delivery of the message just accepted, then answers it.</summary>
    public Step AwaitShow()
    {
        _work = PendingWork.Watch;
        return Step.WaitForPolicy;
    }

    /// <summary>Waits for the policy, then goes on with its decision.</summary>
    public async ValueTask<Step> ResumePolicyAsync() => _work switch
    {
        PendingWork.Mail => MailCommands.FinishMail(dialog, await _mail),
        PendingWork.Rcpt => MailCommands.FinishRcpt(dialog, await _rcpt),
        PendingWork.Authenticate => AuthCommand.Finish(dialog, await _authentication),
        PendingWork.Watch => await ShowDeliveryAsync(),
        _ => VerifyCommands.Finish(dialog, await _listing),
    };

    /// <summary>The queue has answered.</summary>
    public Step Resume(MailQueueError error) => _work == PendingWork.Accept
        ? MessageCompletion.FinishAccept(dialog, error)
        : FinishAppend(error);

    private async ValueTask<Step> ShowDeliveryAsync()
    {
        bool isThere = await dialog.Show!.RunAsync(dialog.Output);
        dialog.EndShow();
        return isThere ? Step.Continue : Step.Close;
    }

    private Step FinishAppend(MailQueueError error)
    {
        MailTransaction transaction = dialog.Transaction!;
        transaction.Chunks.Clear();
        if (error != MailQueueError.None)
        {
            transaction.Refuse(ContentCommands.ToRefusal(error));
            dialog.Chunk.Refusal = transaction.Refusal;
        }

        return Step.Continue;
    }
}
