using Relay.Routing.Tracing;

namespace Relay.Host.Explain;

/// <summary>One command of the imagined session.</summary>
/// <param name="Command">E.g. <c>RCPT TO:&lt;a@b&gt;</c>.</param>
/// <param name="Steps">The rules in the order in which they were consulted.</param>
/// <param name="Outcome">What comes of it: <c>accepted</c>, the reply, or what else is done.</param>
/// <param name="Destinations">For an accepted recipient: each final address and where it goes.</param>
internal sealed record ExplainStage(
    string Command, IReadOnlyList<TraceStep> Steps, string Outcome, IReadOnlyList<string> Destinations);
