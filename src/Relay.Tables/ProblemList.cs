namespace Relay.Tables;

/// <summary>
/// Collects what is wrong with one file. A file of another kind would fill the memory with errors: only the first
/// <see cref="Max"/> are kept, the rest are counted.
/// </summary>
internal sealed class ProblemList(string file)
{
    /// <summary>More than an administrator reads at once.</summary>
    internal const int Max = 200;

    private readonly List<TableProblem> _problems = [];
    private int _more;

    public string File { get; } = file;

    /// <summary>True once the table is to be refused.</summary>
    public bool HasErrors { get; private set; }

    public void Error(int line, string text) => Add(TableSeverity.Error, line, text);

    public void Warn(int line, string text) => Add(TableSeverity.Warning, line, text);

    public void Note(int line, string text) => Add(TableSeverity.Note, line, text);

    /// <summary>All that was found, in the order of the lines.</summary>
    public IReadOnlyList<TableProblem> ToList()
    {
        List<TableProblem> all = [.. _problems.OrderBy(static p => p.Line)];
        if (_more > 0)
        {
            TableSeverity severity = HasErrors ? TableSeverity.Error : TableSeverity.Warning;
            all.Add(new TableProblem(severity, File, 0, $"{_more} more problems of this kind are not shown"));
        }

        return all;
    }

    private void Add(TableSeverity severity, int line, string text)
    {
        HasErrors |= severity == TableSeverity.Error;
        if (_problems.Count < Max)
        {
            _problems.Add(new TableProblem(severity, File, line, text));
        }
        else
        {
            _more++;
        }
    }
}
