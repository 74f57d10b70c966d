using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Relay.EndToEnd.Tests.Differential;

/// <summary>The real program on a scenario's tables and its <c>relay.json</c>; nothing comes into its queue.</summary>
internal sealed class ConfiguredRelay : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly Workspace _workspace;
    private readonly RunningProgram _program;

    private ConfiguredRelay(Workspace workspace, RunningProgram program, Asker asker)
    {
        _workspace = workspace;
        _program = program;
        Asker = asker;
    }

    public Asker Asker { get; }

    public static async Task<ConfiguredRelay> StartAsync(Scenario scenario, IPEndPoint nameServer)
    {
        var workspace = new Workspace();
        var v4 = new IPEndPoint(IPAddress.Parse("127.77.0.2"), Workspace.FreePort("127.77.0.2"));
        var v6 = new IPEndPoint(IPAddress.IPv6Loopback, Workspace.FreePort("::1"));
        string configuration = Write(scenario, workspace, nameServer, v4, v6);
        RunningProgram program = RunningProgram.Start(Tool.Relay, "serve", "--config", configuration);
        await program.WaitForLineAsync("listening");
        return new ConfiguredRelay(workspace, program, new Asker(v4, v6));
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _workspace.Dispose();
    }

    /// <summary>Writes tables and configuration; returns the configuration's path.</summary>
    public static string Write(
        Scenario scenario, Workspace workspace, IPEndPoint nameServer, IPEndPoint v4, IPEndPoint v6)
    {
        string tables = Directory.CreateDirectory(workspace.PathOf("tables")).FullName;
        scenario.CopyTables(tables, tables, withRefusedLines: false);
        string json = scenario.Read("relay.json");
        JsonObject options = JsonNode.Parse(json.Length > 0 ? json : "{}")!.AsObject();
        options["hostname"] = "mail1.koo.fi";
        options["listeners"] = new JsonArray(
            new JsonObject { ["endpoint"] = v4.ToString() }, new JsonObject { ["endpoint"] = v6.ToString() });
        options["queue"] = new JsonObject { ["directory"] = workspace.PathOf("queue"), ["segmentSize"] = "4M" };
        options["admin"] = new JsonObject { ["socket"] = workspace.PathOf("admin.sock") };
        options["dns"] = new JsonObject
        {
            ["servers"] = string.Create(CultureInfo.InvariantCulture, $"{nameServer}"),
            ["hostsFile"] = string.Empty,
            ["timeout"] = "60s", // the name server is in the test program, which may be kept waiting
        };
        options["tables"] ??= new JsonObject();
        options["tables"]!["directory"] = tables;
        return workspace.Write("relay.json", options.ToJsonString(Indented));
    }
}
