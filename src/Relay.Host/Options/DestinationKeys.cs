using Relay.Delivery.Rules;

namespace Relay.Host.Options;

/// <summary>
/// Options of each element of <c>destinations</c>: limits of next hops. What is not given is left to less precise rules
/// and to <c>delivery.*</c>.
/// </summary>
internal static class DestinationKeys
{
    public const string ListPath = "destinations";

    private const string Unset = "(what a less precise rule or the defaults say)";

    public static readonly OptionKey<WrittenSetting<IReadOnlyList<DestinationPattern>>> Match = new(
        "destinations[].match",
        DestinationFormats.Patterns,
        new("*", [DestinationPattern.All]),
        "Which destinations the rule is for. Of several rules that match, each limit comes from the most precise one "
        + "that sets it: a destination by its name, a recipient domain or next hop, an MX host, then `*`. A recipient "
        + "domain with a rule has a line and connections of its own, even if it shares its mail hosts with others.")
    {
        DefaultSentence = "(none, it must be given)",
    };

    public static readonly OptionKey<int> Connections = new(
        "destinations[].connections",
        OptionFormats.Count(1, 10_000),
        0,
        "Connections at once, and messages under way.")
    {
        DefaultSentence = Unset,
    };

    public static readonly OptionKey<int> MessagesPerConnection = new(
        "destinations[].messagesPerConnection",
        OptionFormats.Count(0, 1_000_000_000),
        0,
        "Messages sent over one connection before it is closed; 0 is without limit.")
    {
        DefaultSentence = Unset,
    };

    public static readonly OptionKey<int> RecipientsPerTransaction = new(
        "destinations[].recipientsPerTransaction",
        OptionFormats.Count(1, 50_000),
        0,
        "Recipients of one mail transaction; more are split.")
    {
        DefaultSentence = Unset,
    };

    public static readonly OptionKey<WrittenSetting<IReadOnlyList<SendRate>>> Rate = new(
        "destinations[].rate",
        DestinationFormats.Rates,
        new(string.Empty, []),
        "Messages: at most so many in any second, minute, hour or day, one rate for each period. They are spread "
        + "evenly, but for a tenth that may go at once. A message that needs several transactions counts for each.")
    {
        DefaultSentence = Unset,
    };

    public static readonly OptionKey<WrittenSetting<IReadOnlyList<SendRate>>> ConnectRate = new(
        "destinations[].connectRate",
        DestinationFormats.Rates,
        new(string.Empty, []),
        "Connections begun, in the same way.")
    {
        DefaultSentence = Unset,
    };

    public static readonly OptionKey<WrittenSetting<SourcePool>> Sources = new(
        "destinations[].sources",
        DestinationFormats.Sources,
        new(string.Empty, SourcePool.Any),
        "The addresses to connect from, chosen by weight for each connection. An address family that is not among "
        + "them is not used. Counts more than the modifier `b` of a listener.")
    {
        DefaultSentence = Unset,
    };

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        Match, Connections, MessagesPerConnection, RecipientsPerTransaction, Rate, ConnectRate, Sources,
    ];
}
