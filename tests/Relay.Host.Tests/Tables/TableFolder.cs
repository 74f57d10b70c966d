using Relay.Host.Tables;
using Relay.Routing.Routes;

namespace Relay.Host.Tests.Tables;

/// <summary>Tables in a directory of their own, removed in the end.</summary>
internal sealed class TableFolder : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-tables-");

    public string Root => _directory.FullName;

    public Route? SmartHost { get; set; }

    public byte[]? Postmaster { get; set; }

    public bool RelayHostsOnly { get; set; }

    public TableFolder With(string file, string content)
    {
        File.WriteAllText(Path.Combine(Root, file), content);
        return this;
    }

    public TableSet Load()
    {
        var errors = new List<TableError>();
        TableSet tables = Load(errors);
        Assert.Empty(errors);
        return tables;
    }

    public TableSet Load(List<TableError> errors) => TableSet.Load(
        new TableOptions
        {
            Directory = Root,
            HostName = "relay.example",
            SmartHost = SmartHost,
            Postmaster = Postmaster,
            RelayHostsOnly = RelayHostsOnly,
        },
        errors);

    /// <summary>The errors of loading, without the directory's name.</summary>
    public string[] Errors()
    {
        var errors = new List<TableError>();
        Load(errors);
        return [.. errors.Select(e => e.ToString().Replace(Root + "/", string.Empty, StringComparison.Ordinal))];
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
