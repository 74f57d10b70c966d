using System.Diagnostics;

namespace Relay.Delivery.Rules;

/// <summary>
/// What large providers are known to answer to somebody who sends too much or is mistrusted, and what helps then.
/// docs/destinations.md lists them.
/// </summary>
public static class DefaultReplyRules
{
    private const string Gmail = "mx:*.google.com mx:*.googlemail.com";
    private const string Microsoft = "mx:*.protection.outlook.com mx:*.mx.microsoft";
    private const string Yahoo = "mx:*.yahoodns.net";

    private static readonly TimeSpan Short = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Long = TimeSpan.FromHours(4);

    public static IReadOnlyList<ReplyRule> All { get; } =
    [
        Rule("gmail.28", Gmail, "4xx", "4.7.28", "", ReplyAction.Suspend, Quarter,
            "An unusual rate of unsolicited mail from our address, domain or link: all mail is limited for a while."),
        Rule("gmail.rate", Gmail, "421", "4.7.0", "unusual rate|rate limited", ReplyAction.Suspend, Quarter,
            "The older form of 4.7.28."),
        Rule("gmail.auth", Gmail, "4xx", "4.7.x", "unauthenticated|not authenticated|authentication checks|TLS",
            ReplyAction.Nothing, default,
            "SPF, DKIM, DMARC, PTR or TLS of the sender is at fault (4.7.23 to 4.7.32): pauses do not help."),
        Rule("gmail.mailbox", Gmail, "45x", "4.2.1", "", ReplyAction.Nothing, default,
            "One mailbox receives mail too quickly; others are not concerned."),
        Rule("gmail.system", Gmail, "421", "4.3.0", "", ReplyAction.NextHost, default,
            "A temporary system problem of one host."),
        Rule("gmail.later", Gmail, "421", "4.7.0", "", ReplyAction.SlowDown, default,
            "\"Try again later\": too many connections or too much mail."),
        Rule("gmail.spam", Gmail, "550", "5.7.x", "unusual rate|likely unsolicited", ReplyAction.SlowDown, default,
            "A message is refused as unsolicited and returned; more of the kind would harm our reputation."),
        Rule("microsoft.busy", Microsoft, "451", "4.7.500", "", ReplyAction.Suspend, Quarter,
            "\"Server busy\": mail from our address is throttled for its reputation."),
        Rule("microsoft.throttled", Microsoft, "4xx", "4.7.x",
            "access denied, please try again later|rate limited due to ip reputation|server busy",
            ReplyAction.Suspend, Quarter, "The same with the codes 4.7.501 to 4.7.699."),
        Rule("microsoft.rate", Microsoft, "421", "x.x.x", "RP-00[123]|exceeded the (rate|connection) limit",
            ReplyAction.Suspend, Short, "The rate or connection limit of outlook.com."),
        Rule("microsoft.blocked", Microsoft, "5xx", "5.7.x", "S3140|S3150", ReplyAction.Suspend, Hour,
            "Our network is on outlook.com's block list: mail is kept while the administrator asks for delisting, "
            + "instead of returned."),
        Rule("microsoft.mailbox", Microsoft, "4xx", "4.3.2", "STOREDRV", ReplyAction.Nothing, default,
            "Limits of one mailbox, such as its concurrent deliveries."),
        Rule("yahoo.permanent", Yahoo, "421", "4.7.x", @"\[TS[S]?(03|09|11)\]|permanently deferred",
            ReplyAction.Suspend, Long, "All mail from our address is refused until its reputation is better."),
        Rule("yahoo.deferred", Yahoo, "421", "4.7.x", @"\[TS[S]?0\d\]|temporarily deferred",
            ReplyAction.Suspend, Quarter, "Unexpected volume or complaints of users (TS01, TS02, TSS04 and others)."),
        Rule("yahoo.blocked", Yahoo, "5xx", "x.x.x", @"\[BL2\d\]", ReplyAction.Suspend, Hour,
            "Our address is on a block list that Yahoo uses."),
        Rule("yahoo.resources", Yahoo, "4xx", "x.x.x", "resources temporarily (not available|unavailable)",
            ReplyAction.NextHost, default, "One host is overloaded."),
        Rule("comcast.throttled", "mx:*.comcast.net", "4xx", "x.x.x", @"throttled|RL00\d+", ReplyAction.Suspend,
            Quarter, "Our rate is over the limit for the reputation of our address."),
        Rule("orange.later", "mx:*.orange.fr mx:*.wanadoo.fr", "421", "x.x.x",
            "veuillez essayer plus tard|trop de connexions|OFR", ReplyAction.Suspend, Short,
            "Too many connections, or a service that refuses for a while."),
        Rule("t-online.blocked", "mx:*.t-online.de", "554", "x.x.x", "ask your postmaster|a problem occurred",
            ReplyAction.Suspend, Hour,
            "The greeting of T-Online to addresses that it does not know: mail is kept while the administrator "
            + "writes to it."),
        Rule("greylisting", "*", "4xx", "x.x.x", "gr[ae]y[- ]?list", ReplyAction.Nothing, default,
            "The mail is to come again later, not more slowly."),
        Rule("connections", "*", "4xx", "x.x.x",
            "too many( concurrent| simultaneous| open)? (connections|sessions)|(connection|session) limit",
            ReplyAction.SlowDown, default, "More connections than the next hop wants, whatever the code."),
        Rule("rate", "*", "4xx", "x.x.x",
            "rate[- ]?limit|throttl|too many messages|too much mail|sending too (fast|quickly|much)|slow down",
            ReplyAction.SlowDown, default, "More mail than the next hop wants, whatever the code."),
    ];

    private static ReplyRule Rule(
        string name, string match, string code, string enhancedCode, string expression, ReplyAction action,
        TimeSpan duration, string note)
    {
        bool isCode = ReplyCodePattern.TryParse(code, out ReplyCodePattern codes);
        EnhancedCodePattern enhanced = EnhancedCodePattern.Any;
        bool isEnhanced = enhancedCode == "x.x.x" || EnhancedCodePattern.TryParse(enhancedCode, out enhanced);
        Debug.Assert(isCode && isEnhanced, name);
        return new ReplyRule
        {
            Patterns = [.. match.Split(' ').Select(Parse)],
            Origin = $"default rule {name}",
            Action = action,
            Duration = duration,
            Code = codes,
            EnhancedCode = enhanced,
            Pattern = expression.Length == 0 ? null : ReplyRule.TryCompile(expression),
            Note = note,
        };
    }

    private static DestinationPattern Parse(string text)
    {
        bool isPattern = DestinationPattern.TryParse(text, out DestinationPattern pattern);
        Debug.Assert(isPattern, text);
        return pattern;
    }
}
