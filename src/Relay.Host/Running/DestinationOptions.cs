using Relay.Delivery.Rules;
using Relay.Host.Options;

namespace Relay.Host.Running;

/// <summary>Gives delivery its rules about destinations and replies out of the settings.</summary>
internal static class DestinationOptions
{
    public static IReadOnlyList<DestinationRule> ToRules(RelaySettings settings) =>
    [
        .. settings.Elements(DestinationKeys.ListPath).Select(static element => new DestinationRule
        {
            Patterns = element.Get(DestinationKeys.Match).Value,
            Origin = element.Origin,
            Connections = Number(element, DestinationKeys.Connections),
            MessagesPerConnection = Number(element, DestinationKeys.MessagesPerConnection),
            RecipientsPerTransaction = Number(element, DestinationKeys.RecipientsPerTransaction),
            Rates = Value(element, DestinationKeys.Rate),
            ConnectRates = Value(element, DestinationKeys.ConnectRate),
            Sources = Value(element, DestinationKeys.Sources),
        }),
    ];

    public static IReadOnlyList<ReplyRule> ToReplyRules(RelaySettings settings) =>
    [
        .. settings.Elements(ReplyRuleKeys.ListPath).Select(static element => new ReplyRule
        {
            Patterns = element.Get(ReplyRuleKeys.Match).Value,
            Origin = element.Origin,
            Action = element.Get(ReplyRuleKeys.Action).Value.Action,
            Duration = element.Get(ReplyRuleKeys.Action).Value.Duration,
            Code = element.Get(ReplyRuleKeys.Code).Value,
            EnhancedCode = element.Get(ReplyRuleKeys.EnhancedCode).Value,
            Text = element.Get(ReplyRuleKeys.Text),
            Pattern = element.Get(ReplyRuleKeys.Expression).Value,
            Note = element.Get(ReplyRuleKeys.Note),
        }),
    ];

    private static int? Number(RelaySettings element, OptionKey<int> key) =>
        element.IsSet(key) ? element.Get(key) : null;

    private static T? Value<T>(RelaySettings element, OptionKey<WrittenSetting<T>> key)
        where T : class => element.IsSet(key) ? element.Get(key).Value : null;
}
