using Relay.Delivery.Client;
using Relay.Delivery.Rules;
using Relay.Queue;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Attempts;

/// <summary>The outcome that a refusal has for recipients: what its code says, unless a rule says otherwise.</summary>
internal readonly record struct Refusal(RecipientStatus Status, EnhancedStatusCode EnhancedCode)
{
    public static Refusal Of(ReplyVerdict verdict, bool isPermanent, EnhancedStatusCode code)
    {
        bool bounces = verdict.Action switch
        {
            ReplyAction.Bounce => true,
            ReplyAction.Suspend => false,
            _ => isPermanent,
        };

        // Who is told that it is final must not read a temporary status (RFC 3464 §2.3.4).
        return bounces && !isPermanent
            ? new Refusal(RecipientStatus.Bounced, code with { Class = 5 })
            : new Refusal(bounces ? RecipientStatus.Bounced : RecipientStatus.Deferred, code);
    }

    public static DeliveryFailure Apply(ReplyVerdict verdict, DeliveryFailure failure)
    {
        Refusal refusal = Of(verdict, failure.IsPermanent, failure.EnhancedCode);
        return failure with
        {
            IsPermanent = refusal.Status == RecipientStatus.Bounced,
            EnhancedCode = refusal.EnhancedCode,
        };
    }
}
