using System.Net;

namespace Relay.EndToEnd.Tests.Differential;

/// <summary>
/// What lies in a scenario's <c>TABLE.refused</c> is really refused, each line by its number; so that the answers that
/// differ because of them are known to differ for that reason.
/// </summary>
public class RefusedLineTests
{
    private static readonly IPEndPoint V4 = new(IPAddress.Loopback, 2525);

    private static readonly IPEndPoint V6 = new(IPAddress.IPv6Loopback, 2525);

    public static IEnumerable<TheoryDataRow<string, string>> Tables() =>
        from name in Scenario.Names()
        from path in Directory.GetFiles(Scenario.Load(name).Folder, "*.refused")
        select new TheoryDataRow<string, string>(name, Path.GetFileNameWithoutExtension(path));

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task The_relay_names_each_line_that_Sendmail_would_misunderstand(string name, string table)
    {
        Scenario scenario = Scenario.Load(name);
        using var workspace = new Workspace();
        string configuration = ConfiguredRelay.Write(scenario, workspace, V4, V4, V6);
        string tables = workspace.PathOf("tables");
        scenario.CopyTables(tables, tables, withRefusedLines: true);

        ToolResult check = await Tool.RunAsync(Tool.Relay, ["check", "--config", configuration]);

        Assert.NotEqual(0, check.ExitCode);
        int good = scenario.Read(table).Count(c => c == '\n');
        int refused = scenario.Read(table + ".refused").Count(c => c == '\n');
        Assert.InRange(refused, 1, int.MaxValue);
        Assert.All(
            Enumerable.Range(good + 1, refused),
            line => Assert.Contains($"{tables}/{table}:{line}: error: ", $"{check}", StringComparison.Ordinal));
    }
}
