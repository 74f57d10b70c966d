using Relay.Host.Options;
using Relay.Host.Running;
using Relay.Host.Tables;

namespace Relay.Host.Commands;

/// <summary>Loads the tables for a command and prints what is wrong with them.</summary>
internal static class TableLoading
{
    public static TableSet? Load(RelaySettings settings, TextWriter error)
    {
        var errors = new List<TableError>();
        TableSet tables = TableSet.Load(FloorOptions.ToTables(settings), errors);
        Problems.Print(error, "the set of tables", errors);
        return errors.Count == 0 ? tables : null;
    }
}
