using System.Text.RegularExpressions;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Rules;

/// <summary>What to do about a refusal of certain destinations with a certain reply. Immutable.</summary>
public sealed record ReplyRule
{
    /// <summary>At least one.</summary>
    public required IReadOnlyList<DestinationPattern> Patterns { get; init; }

    /// <summary>Where it was written, such as <c>relay.json:12 (replyRules[0])</c>.</summary>
    public required string Origin { get; init; }

    public ReplyAction Action { get; init; }

    /// <summary>Of a suspension.</summary>
    public TimeSpan Duration { get; init; }

    public ReplyCodePattern Code { get; init; } = ReplyCodePattern.Any;

    public EnhancedCodePattern EnhancedCode { get; init; } = EnhancedCodePattern.Any;

    /// <summary>To be found in the reply's text, in any case; empty for any text.</summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>Made without backtracking: no reply can hold up delivery. Null for any text.</summary>
    public Regex? Pattern { get; init; }

    /// <summary>Why it is there; for people.</summary>
    public string Note { get; init; } = string.Empty;

    /// <summary>
    /// Compiles a regular expression in any case; null if it is none that can run without backtracking.
    /// </summary>
    public static Regex? TryCompile(string expression)
    {
        try
        {
            return new Regex(
                expression, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    internal bool Matches(int code, EnhancedStatusCode enhancedCode, string text) =>
        Code.Matches(code)
        && EnhancedCode.Matches(enhancedCode)
        && (Text.Length == 0 || text.Contains(Text, StringComparison.OrdinalIgnoreCase))
        && (Pattern is null || Pattern.IsMatch(text));
}
