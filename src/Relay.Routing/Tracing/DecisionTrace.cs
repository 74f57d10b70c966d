using System.Globalization;
using System.Text;
using Relay.Tables;

namespace Relay.Routing.Tracing;

/// <summary>
/// Every rule that the checks consult, in order: what <c>relay explain</c> prints. The checks write into it while they
/// decide; without a trace they do the same and write nothing. Not thread-safe.
/// </summary>
public sealed class DecisionTrace
{
    private readonly List<TraceStep> _steps = [];

    /// <summary>The check whose rules are consulted now.</summary>
    public string Check { get; set; } = string.Empty;

    public IReadOnlyList<TraceStep> Steps => _steps;

    public void Add(string rule, string key, string outcome, string place = "") =>
        _steps.Add(new TraceStep(Check, rule, key, place, outcome));

    public void Add(string rule, ReadOnlySpan<byte> key, string outcome, string place = "") =>
        Add(rule, Encoding.UTF8.GetString(key), outcome, place);

    /// <summary>A look-up in a table: what was asked, and the entry that answered.</summary>
    public void AddLookup(string rule, ReadOnlySpan<byte> asked, LookupResult result, in TableEntry entry)
    {
        // An entry without a hit is a SKIP, which ended the walk.
        bool hasEntry = !entry.Key.IsEmpty;
        string outcome = result == LookupResult.TemporaryFailure ? "temporary failure"
            : hasEntry ? $"{Encoding.UTF8.GetString(entry.Key.Span)} -> {Encoding.UTF8.GetString(entry.Value.Span)}"
            : "no match";
        Add(rule, Encoding.UTF8.GetString(asked), outcome, hasEntry ? PlaceOf(entry) : string.Empty);
    }

    /// <summary>A question whether something is in a class.</summary>
    public void AddMember(string rule, ReadOnlySpan<byte> asked, bool isMember, in TableEntry entry) => Add(
        rule,
        Encoding.UTF8.GetString(asked),
        isMember ? $"member: {Encoding.UTF8.GetString(entry.Key.Span)}" : "no match",
        isMember ? PlaceOf(entry) : string.Empty);

    /// <summary><c>file:line</c>.</summary>
    internal static string PlaceOf(in TableEntry entry) =>
        entry.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{entry.File}:{entry.Line}") : entry.File;
}
