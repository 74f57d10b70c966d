using System.Text.RegularExpressions;
using Relay.Delivery.Rules;

namespace Relay.Host.Options;

/// <summary>The kinds of values that rules about destinations take.</summary>
internal static class DestinationFormats
{
    private const int ExpressionMax = 500;

    private static readonly (string Name, ReplyAction Action)[] Actions =
    [
        ("slow-down", ReplyAction.SlowDown), ("bounce", ReplyAction.Bounce), ("next-host", ReplyAction.NextHost),
        ("next-mx", ReplyAction.NextHost), ("nothing", ReplyAction.Nothing),
    ];

    /// <summary>One pattern, or a list of them.</summary>
    public static OptionFormat<WrittenSetting<IReadOnlyList<DestinationPattern>>> Patterns { get; } = Written(
        DestinationPattern.Expected + "; or a list of such",
        static (string t, out IReadOnlyList<DestinationPattern> v) =>
        {
            var found = new List<DestinationPattern>();
            v = found;
            foreach (string word in t.Split((char[])['\n', ' '], StringSplitOptions.RemoveEmptyEntries))
            {
                if (!DestinationPattern.TryParse(word, out DestinationPattern pattern))
                {
                    return false;
                }

                found.Add(pattern);
            }

            return found.Count > 0;
        },
        JsonTokens.String | JsonTokens.List);

    public static OptionFormat<WrittenSetting<IReadOnlyList<SendRate>>> Rates { get; } =
        Written<IReadOnlyList<SendRate>>(SendRate.Expected + ", or \"\" for no limit", SendRate.TryParseList);

    public static OptionFormat<WrittenSetting<SourcePool>> Sources { get; } = Written<SourcePool>(
        SourcePool.Expected + ", or \"\" for the system's choice", SourcePool.TryParse);

    public static OptionFormat<WrittenSetting<ReplyCodePattern>> Code { get; } = Written<ReplyCodePattern>(
        ReplyCodePattern.Expected, ReplyCodePattern.TryParse, JsonTokens.String | JsonTokens.Number);

    public static OptionFormat<WrittenSetting<EnhancedCodePattern>> EnhancedCode { get; } =
        Written<EnhancedCodePattern>(EnhancedCodePattern.Expected, EnhancedCodePattern.TryParse);

    /// <summary>Null stands for none.</summary>
    public static OptionFormat<WrittenSetting<Regex?>> Expression { get; } = Written(
        "a regular expression of .NET without back references and look-around, of at most 500 characters",
        static (string t, out Regex? v) =>
        {
            v = t.Length is > 0 and <= ExpressionMax ? ReplyRule.TryCompile(t) : null;
            return v is not null || t.Length == 0;
        });

    public static OptionFormat<WrittenSetting<(ReplyAction Action, TimeSpan Duration)>> Action { get; } = Written(
        "slow-down, suspend with a duration of at most 7d such as \"suspend 10m\", bounce, next-host or nothing",
        static (string t, out (ReplyAction Action, TimeSpan Duration) v) =>
        {
            v = default;
            string[] words = t.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["suspend", var text])
            {
                v = OptionFormats.Duration.Parse(text, out TimeSpan time)
                    ? (ReplyAction.Suspend, time) : default;
                return v.Duration > TimeSpan.Zero && time <= TimeSpan.FromDays(7);
            }

            int index = words.Length == 1 ? Array.FindIndex(Actions, a => a.Name == words[0]) : -1;
            v = (index < 0 ? default : Actions[index].Action, TimeSpan.Zero);
            return index >= 0;
        });

    /// <summary>The action of a rule as it may be written.</summary>
    public static string WriteAction(ReplyRule rule) => rule.Action == ReplyAction.Suspend
        ? $"suspend {OptionFormats.Duration.Write(rule.Duration)}"
        : Array.Find(Actions, a => a.Action == rule.Action).Name;

    /// <summary>What a rule matches, in words.</summary>
    public static string WriteCondition(ReplyRule rule)
    {
        string[] parts =
        [
            rule.Code == ReplyCodePattern.Any ? string.Empty : rule.Code.ToString(),
            rule.EnhancedCode == EnhancedCodePattern.Any ? string.Empty : rule.EnhancedCode.ToString(),
            rule.Text.Length == 0 ? string.Empty : $"\"{rule.Text}\"",
            rule.Pattern is null ? string.Empty : $"/{rule.Pattern}/",
        ];
        string text = string.Join(' ', parts.Where(static part => part.Length > 0));
        return text.Length == 0 ? "any refusal" : text;
    }

    private static OptionFormat<WrittenSetting<T>> Written<T>(
        string expected, OptionParser<T> parse, JsonTokens tokens = JsonTokens.String) => new(
        expected,
        (string t, out WrittenSetting<T> v) =>
        {
            bool isOne = parse(t, out T value);
            v = new WrittenSetting<T>(t, value);
            return isOne;
        },
        static v => v.Text,
        tokens);
}
