namespace Relay.Delivery.Rules;

/// <summary>What follows from one refusal.</summary>
/// <param name="Duration">How long a suspension lasts.</param>
/// <param name="Rule">The rule that says so; null if none does.</param>
internal readonly record struct ReplyVerdict(ReplyAction Action, TimeSpan Duration = default, ReplyRule? Rule = null);
