using System.Text;
using Relay.Delivery.Client;
using Relay.Routing.Routes;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Rules;

/// <summary>
/// Tells what follows from a refusal: the first of the administrator's rules that matches, else of the default rules,
/// else what its code says. Immutable, thread-safe.
/// </summary>
internal sealed class ReplyRules
{
    private readonly ReplyRule[] _rules;

    public ReplyRules(DeliveryOptions options) => _rules =
    [
        .. options.ReplyRules, .. options.UseDefaultReplyRules ? DefaultReplyRules.All : [],
    ];

    /// <summary>Those that may match replies of the destination, in order.</summary>
    public IEnumerable<ReplyRule> For(Route route) => _rules.Where(rule => Concerns(rule, route));

    /// <param name="route">Whose host replied.</param>
    /// <param name="phase">What was replied to.</param>
    /// <param name="code">A 4xx or 5xx.</param>
    /// <param name="enhancedCode">Or none.</param>
    /// <param name="text">The reply's text without codes.</param>
    public ReplyVerdict Judge(
        Route route, ClientPhase phase, int code, EnhancedStatusCode enhancedCode, ReadOnlySpan<byte> text)
    {
        string words = Encoding.UTF8.GetString(text);
        foreach (ReplyRule rule in _rules)
        {
            if (rule.Matches(code, enhancedCode, words) && Concerns(rule, route))
            {
                return new ReplyVerdict(rule.Action, rule.Duration, rule);
            }
        }

        return new ReplyVerdict(ByCode(phase, code, enhancedCode));
    }

    /// <summary>
    /// A 421 says that the next hop has too much to do, or too much of it from us. Another 4xx may mean that too, if it
    /// is not about a mailbox or a message (RFC 3463 §3).
    /// </summary>
    private static ReplyAction ByCode(ClientPhase phase, int code, EnhancedStatusCode enhancedCode)
    {
        if (code == 421)
        {
            return ReplyAction.SlowDown;
        }

        bool isMailbox = enhancedCode.Subject is 1 or 2 or 6;
        bool isRecipient = phase == ClientPhase.Rcpt && enhancedCode.Subject is not (3 or 4 or 5 or 7);
        return code is < 400 or >= 500 || isMailbox || isRecipient ? ReplyAction.Nothing
            : phase is ClientPhase.Greeting or ClientPhase.Hello ? ReplyAction.SlowDown
            : ReplyAction.Count;
    }

    private static bool Concerns(ReplyRule rule, Route route)
    {
        foreach (DestinationPattern pattern in rule.Patterns)
        {
            if (pattern.Matches(route))
            {
                return true;
            }
        }

        return false;
    }
}
