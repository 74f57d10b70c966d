using Relay.Host.Commands;
using Relay.Routing.Tracing;

namespace Relay.Host.Sendmail;

/// <summary>
/// What <c>-d21</c>, <c>-d27</c> and <c>-d60</c> print while an address is resolved: every rule that is asked, the
/// aliases, the look-ups in tables. The words are Sendmail's where it has any.
/// </summary>
internal sealed class DebugTrace(TextWriter output, DebugLevels levels)
{
    private const string NoMatch = "no match";
    private const string TemporaryFailure = "temporary failure";
    private const string Arrow = " -> ";

    public void Print(IEnumerable<TraceStep> steps)
    {
        foreach (TraceStep step in steps)
        {
            if (levels[DebugLevels.Rules] > 0)
            {
                string place = step.Place.Length > 0 ? $"  ({step.Place})" : string.Empty;
                WriteLine($"rule {step.Rule} \"{step.Key}\": {step.Outcome}{place}");
            }

            string? value = ValueOf(step);
            bool isLookup = value is not null || step.Outcome is NoMatch or TemporaryFailure;
            if (levels[DebugLevels.Maps] > 0 && isLookup && !step.Rule.StartsWith("class ", StringComparison.Ordinal))
            {
                PrintLookup(step, value);
            }

            if (levels[DebugLevels.Aliases] > 0 && step.Rule is "aliases" or "list owner")
            {
                WriteLine(value is not null ? $"{step.Key} aliased to {value}" : $"alias({step.Key}): {step.Outcome}");
            }
        }
    }

    private void PrintLookup(TraceStep step, string? value)
    {
        string result = value is not null ? $"{value} (0)"
            : step.Outcome == TemporaryFailure ? "NOT FOUND (75)"
            : "NOT FOUND (0)";
        WriteLine($"map_lookup({step.Rule}, {step.Key}) => {result}");
    }

    /// <summary>What stands behind the key that was found.</summary>
    private static string? ValueOf(TraceStep step) =>
        step.Outcome.IndexOf(Arrow, StringComparison.Ordinal) is >= 0 and var at
            ? step.Outcome[(at + Arrow.Length)..]
            : null;

    private void WriteLine(string line) => output.WriteLine(Printable.Of(line));
}
