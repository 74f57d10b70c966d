using System.Text.RegularExpressions;
using Relay.Delivery.Rules;

namespace Relay.Host.Options;

/// <summary>Options of each element of <c>replyRules</c>: what follows from refusals by next hops.</summary>
internal static class ReplyRuleKeys
{
    public const string ListPath = "replyRules";

    private const string Any = "(any)";

    public static readonly OptionKey<WrittenSetting<IReadOnlyList<DestinationPattern>>> Match = new(
        "replyRules[].match",
        DestinationFormats.Patterns,
        new("*", [DestinationPattern.All]),
        "Which destinations the rule is for, as in `destinations[].match`. The first rule that matches a refusal "
        + "counts; behind these come the default rules of docs/destinations.md.");

    public static readonly OptionKey<WrittenSetting<ReplyCodePattern>> Code = new(
        "replyRules[].code", DestinationFormats.Code, new("any", ReplyCodePattern.Any), "The reply's code.")
    {
        DefaultSentence = Any,
    };

    public static readonly OptionKey<WrittenSetting<EnhancedCodePattern>> EnhancedCode = new(
        "replyRules[].enhancedCode",
        DestinationFormats.EnhancedCode,
        new("any", EnhancedCodePattern.Any),
        "Its enhanced status code.")
    {
        DefaultSentence = Any,
    };

    public static readonly OptionKey<string> Text = new(
        "replyRules[].text",
        OptionFormats.ReplyText,
        string.Empty,
        "To be found in the reply's text, in upper or lower case.")
    {
        DefaultSentence = Any,
    };

    public static readonly OptionKey<WrittenSetting<Regex?>> Expression = new(
        "replyRules[].regex",
        DestinationFormats.Expression,
        new(string.Empty, null),
        "To match anywhere in the reply's text, in upper or lower case.")
    {
        DefaultSentence = Any,
    };

    public static readonly OptionKey<WrittenSetting<(ReplyAction Action, TimeSpan Duration)>> Action = new(
        "replyRules[].action",
        DestinationFormats.Action,
        new("nothing", (ReplyAction.Nothing, TimeSpan.Zero)),
        "`slow-down` halves connections and rate for a while; `suspend` sends the destination no mail for so long and "
        + "defers what was refused, whatever the code; `bounce` returns it, whatever the code; `next-host` tries the "
        + "route's next host at once; `nothing` leaves it at the outcome that the code says.")
    {
        DefaultSentence = "(none, it must be given)",
    };

    public static readonly OptionKey<string> Note = new(
        "replyRules[].note",
        OptionFormats.ReplyText,
        string.Empty,
        "Why the rule is there; `relay explain` prints it.");

    public static IReadOnlyList<OptionKey> All { get; } = [Match, Code, EnhancedCode, Text, Expression, Action, Note];
}
