using System.Text;
using Relay.Delivery.Client;
using Relay.Delivery.Tls;
using Relay.Queue;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Attempts;

/// <summary>Recipients that ask for more of a connection than its host does (Sendmail: tls_rcpt).</summary>
internal static class TlsRecipients
{
    /// <summary>
    /// Ends the attempt for those for whom the connection is not good enough. False if nobody is left to send to.
    /// </summary>
    public static bool Check(MessageAttempt attempt, SmtpClientConnection connection, DeliveryTls? tls)
    {
        if (tls is null || !tls.Policy.HasRecipientRules)
        {
            return true;
        }

        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            if (recipient.Progress == RecipientProgress.Waiting
                && tls.Policy.CheckRecipient(
                    connection.TlsPeer, attempt.RcptAddress(recipient), connection.Tls, connection.TlsVerification)
                    is { } refusal)
            {
                attempt.Peer = connection.Peer;
                attempt.Finish(
                    ref recipient,
                    refusal.IsPermanent ? RecipientStatus.Bounced : RecipientStatus.Deferred,
                    refusal.Code,
                    new EnhancedStatusCode(refusal.IsPermanent ? (byte)5 : (byte)4, 7, 0),
                    Encoding.UTF8.GetBytes(refusal.Text));
            }
        }

        return attempt.CountAt(RecipientProgress.Waiting) > 0;
    }
}
