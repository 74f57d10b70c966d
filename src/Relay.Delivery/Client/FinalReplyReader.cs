using Relay.Delivery.Attempts;
using Relay.Delivery.Destinations;
using Relay.Delivery.Rules;
using Relay.Queue;

namespace Relay.Delivery.Client;

/// <summary>
/// Reads what is replied to the content and gives it to the accepted recipients: one reply for all of them, or one for
/// each (LMTP, RFC 2033 §4.2). Owned by one worker.
/// </summary>
internal sealed class FinalReplyReader(SmtpClientConnection connection)
{
    /// <summary>
    /// Gives the reply just read, or the lack of one, to the accepted recipients that it is about. False if no more
    /// replies follow. Only where BDAT is refused as unknown are the recipients put back to waiting, the connection
    /// being of no use any more.
    /// </summary>
    /// <param name="read">There is a reply.</param>
    /// <param name="flushed">All of the content was handed to the socket.</param>
    public bool Take(MessageAttempt attempt, Destination destination, bool read, bool flushed, bool chunked)
    {
        if (read && (connection.IsIntermediate || (!flushed && connection.IsPositive)))
        {
            connection.Fail(SessionEnd.Malformed); // neither answers a message that was sent in full
            read = false;
        }

        if (!read)
        {
            FinishBroken(attempt, destination);
            return false;
        }

        if (chunked && connection.ReplyCode is >= 500 and <= 504)
        {
            destination.Traits.OnChunkingRefused(); // offered, but not understood: once more, afresh, by DATA
            connection.Fail(SessionEnd.Aborted);
            attempt.Rewind();
            return false;
        }

        connection.NeedsReset = chunked && !connection.IsPositive;
        return FinishAccepted(attempt, destination);
    }

    private void FinishBroken(MessageAttempt attempt, Destination destination)
    {
        DeliveryFailure failure = FailureText.Of(connection);
        destination.SetLastFailure(failure);
        if (connection.End == SessionEnd.ServiceClosing)
        {
            failure = Refusal.Apply(destination.Control.Judge(ClientPhase.FinalDot, failure), failure);
        }

        attempt.Peer = failure.Peer;
        attempt.FinishAll(
            RecipientProgress.Accepted,
            failure.IsPermanent ? RecipientStatus.Bounced : RecipientStatus.Deferred,
            failure.Code,
            failure.EnhancedCode,
            failure.Text);
    }

    /// <summary>
    /// Gives the reply to all accepted recipients, or to the next one (LMTP). False: it ended the session, and they
    /// wait for the route's next host.
    /// </summary>
    private bool FinishAccepted(MessageAttempt attempt, Destination destination)
    {
        attempt.Peer = connection.Peer;
        bool dsnPassedOn = connection.Offer.Offers(Smtp.Replies.EhloKeywords.Dsn);
        var refusal = new Refusal(RecipientStatus.Delivered, connection.ReplyEnhancedCode);
        if (!connection.IsPositive)
        {
            ReplyVerdict verdict = destination.Control.Judge(ClientPhase.FinalDot, FailureText.OfReply(connection));
            refusal = Refusal.Of(verdict, connection.IsPermanent, connection.ReplyEnhancedCode);
            if (verdict.Action == ReplyAction.NextHost && connection.HasNextHost && !connection.IsLmtp)
            {
                connection.Fail(SessionEnd.NextHost);
                attempt.Rewind();
                return false;
            }
        }
        else
        {
            destination.Control.OnAccepted();
        }

        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            if (recipient.Progress == RecipientProgress.Accepted)
            {
                recipient.DsnPassedOn = dsnPassedOn;
                recipient.IsFinalDelivery = connection.IsLmtp;
                attempt.Finish(
                    ref recipient,
                    refusal.Status,
                    connection.ReplyCode,
                    refusal.EnhancedCode,
                    connection.ReplyText);
                if (connection.IsLmtp)
                {
                    return true;
                }
            }
        }

        return true;
    }
}
