namespace Relay.Host.Tables;

/// <summary>
/// Holds the tables in force. Readers take <see cref="Current"/> once per decision; a reload swaps it whole.
/// </summary>
internal sealed class TableStore(TableSet initial)
{
    private volatile TableSet _current = initial;

    public TableSet Current => _current;

    public void Swap(TableSet tables) => _current = tables;
}
