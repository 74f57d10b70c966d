using System.Collections;
using System.Text.Json;
using Relay.Host.Options;
using Relay.Host.Tables;
using Relay.Logging;
using Relay.Tables;
using Relay.Tables.Loading;

namespace Relay.Host.Tests.Tables;

/// <summary>Tables in a directory of their own and rules made of them; removed in the end.</summary>
internal sealed class TableFolder : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-tables-");
    private LiveRules? _rules;

    public string Root => _directory.FullName;

    public TableFolder With(string file, string content)
    {
        File.WriteAllText(Path.Combine(Root, file), content);
        return this;
    }

    /// <summary>The settings of a configuration that has this directory and the <c>path=value</c>s given.</summary>
    public RelaySettings Settings(params string[] pairs)
    {
        ConfigurationEntry[] entries =
        [
            Entry("hostname", "relay.example"),
            Entry("tables.directory", Root),
            .. pairs.Select(static p => p.Split('=', 2)).Select(static p => Entry(p[0], p[1])),
        ];
        RelaySettings? settings = ConfigurationLoader.Load(
            null, new Hashtable(), entries, out IReadOnlyList<ConfigurationError> errors);
        Assert.Empty(errors);
        return settings!;
    }

    /// <summary>The rules; disposed with the folder.</summary>
    public LiveRules Rules(params string[] pairs)
    {
        _rules = LiveRules.Start(Settings(pairs), NullMailLog.Instance, TimeProvider.System, out TableLoad load);
        Assert.DoesNotContain(load.Problems, static p => p.Severity == TableSeverity.Error);
        return _rules;
    }

    /// <summary>The errors of loading, without the directory's name.</summary>
    public string[] Errors()
    {
        using LiveRules rules = LiveRules.Start(
            Settings(), NullMailLog.Instance, TimeProvider.System, out TableLoad load);
        return
        [
            .. load.Problems.Where(static p => p.Severity == TableSeverity.Error)
                .Select(p => p.ToString().Replace(Root + "/", string.Empty, StringComparison.Ordinal)),
        ];
    }

    public void Dispose()
    {
        _rules?.Dispose();
        _directory.Delete(recursive: true);
    }

    private static ConfigurationEntry Entry(string path, string text) => new(path, text, JsonTokenType.None, "test", 0);
}
