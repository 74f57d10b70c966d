namespace Relay.Tables;

/// <summary>How bad a <see cref="TableProblem"/> is.</summary>
public enum TableSeverity
{
    /// <summary>Worth knowing; the entry does what it says.</summary>
    Note = 0,

    /// <summary>The entry does not do what its author may have meant; the table is used.</summary>
    Warning = 1,

    /// <summary>The table is refused: the one before it stays in force.</summary>
    Error = 2,
}
