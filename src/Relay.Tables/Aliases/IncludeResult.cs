namespace Relay.Tables.Aliases;

/// <summary>What an included file says.</summary>
/// <param name="Outcome">Whether it could be read.</param>
/// <param name="Targets">Its addresses; none if it could not be read.</param>
/// <param name="IsSafe">
/// False if others can write the file or a directory above it: programs and files in it are refused then (here always).
/// </param>
/// <param name="Problems">What is wrong, e.g. lines that are no addresses, which are left out.</param>
public sealed record IncludeResult(
    IncludeOutcome Outcome,
    IReadOnlyList<AliasTarget> Targets,
    bool IsSafe,
    IReadOnlyList<TableProblem> Problems);
