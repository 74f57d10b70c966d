using Relay.LoadGenerator.Messages;

namespace Relay.LoadGenerator.Source;

/// <summary>One message under way. Mutable struct owned by its session.</summary>
internal struct MailTransaction
{
    internal Ticket Ticket;
    internal LoadId Id;
    internal long Size;
    internal long ContentSent;
    internal int RecipientsSent;
    internal int RecipientsAccepted;
    internal int RecipientsAcknowledged;
    internal bool MailAccepted;

    /// <summary>The reply that ended it, 0 while all is well.</summary>
    internal int FailureCode;
    internal ReplyStage FailureStage;

    internal readonly bool HasFailed => FailureCode != 0;

    internal void Fail(ReplyStage stage, int code)
    {
        if (FailureCode == 0)
        {
            FailureCode = code;
            FailureStage = stage;
        }
    }
}
