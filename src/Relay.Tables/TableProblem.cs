namespace Relay.Tables;

/// <summary>One thing wrong with a table, and where it stands.</summary>
/// <param name="Severity">Whether the table is refused for it.</param>
/// <param name="File">The file, or what stands for it.</param>
/// <param name="Line">The line in the file, from 1; 0 if it concerns the whole file.</param>
/// <param name="Text">What was found and what was expected, for the administrator.</param>
public sealed record TableProblem(TableSeverity Severity, string File, int Line, string Text)
{
    /// <summary><c>file:line: severity: text</c>.</summary>
    public override string ToString() => Line > 0
        ? $"{File}:{Line}: {Word}: {Text}"
        : $"{File}: {Word}: {Text}";

    private string Word => Severity switch
    {
        TableSeverity.Error => "error",
        TableSeverity.Warning => "warning",
        _ => "note",
    };
}
