namespace Relay.Tables.Loading;

/// <summary>The outcome of loading.</summary>
/// <param name="Set">The tables: in place of each refused one the one before it, or an empty one.</param>
/// <param name="Problems">Everything wrong with the files that were read, all at once.</param>
/// <param name="Read">The files that were read and are in force.</param>
/// <param name="Refused">The files that were refused.</param>
public sealed record TableLoad(
    TableSet Set,
    IReadOnlyList<TableProblem> Problems,
    IReadOnlyList<string> Read,
    IReadOnlyList<string> Refused)
{
    /// <summary>At start a refused table ends the program.</summary>
    public bool HasErrors => Refused.Count > 0;
}
