using System.Globalization;
using System.Text.Json;

namespace Relay.EndToEnd.Tests;

/// <summary>
/// The real program on a configuration of its own: loopback listener, queue with small segments in the workspace, and a
/// smart host. It can be killed and started again on the same queue.
/// </summary>
internal sealed class RelayUnderTest : IAsyncDisposable
{
    private readonly string _configuration;

    public RelayUnderTest(
        Workspace workspace,
        int nextHopPort,
        string moreQueueOptions = "",
        string? queueDirectory = null,
        string segmentSize = "4M")
    {
        Port = Workspace.FreePort();
        AdminSocket = workspace.PathOf("admin.sock");
        QueueDirectory = queueDirectory ?? workspace.PathOf("queue");
        _configuration = workspace.Write("relay.json", $$"""
            {
              "hostname": "relay.test",
              "listeners": [ { "endpoint": "127.0.0.1:{{Port}}" } ],
              "queue": { "directory": "{{QueueDirectory}}", "segmentSize": "{{segmentSize}}"{{moreQueueOptions}} },
              "smartHost": "smtp:[127.0.0.1]:{{nextHopPort.ToString(CultureInfo.InvariantCulture)}}",
              "access": { "acceptUnresolvableDomains": true, "resolveClients": false },
              "retry": { "initial": "1s", "maximum": "2s" },
              "admin": { "socket": "{{AdminSocket}}" }
            }
            """);
    }

    public int Port { get; }

    /// <summary>Options for the command line, each <c>path=value</c>.</summary>
    public string[] Settings { get; init; } = [];

    /// <summary>What it prints when it listens; the default is in the log, which may go elsewhere.</summary>
    public string StartedLine { get; init; } = "listening";

    public string AdminSocket { get; }

    public string QueueDirectory { get; }

    public string ConfigurationPath => _configuration;

    public RunningProgram Program { get; private set; } = null!;

    /// <summary>Starts the program and waits until it listens.</summary>
    /// <param name="under">A program and its options to run it under (strace), or none.</param>
    public async Task StartAsync(params string[] under)
    {
        string[] command =
        [
            .. under, Tool.Relay, "serve", "--config", _configuration,
            .. Settings.SelectMany(static setting => new[] { "--set", setting }),
        ];
        Program = RunningProgram.Start(command[0], command[1..]);
        await Program.WaitForLineAsync(StartedLine);
    }

    /// <summary>Runs <c>relay queue …</c> against this relay.</summary>
    public Task<ToolResult> QueueAsync(params string[] arguments) =>
        Tool.RunAsync(Tool.Relay, ["queue", .. arguments, "--config", _configuration]);

    /// <summary>Asks for attempts now; true if the queue holds nothing any more.</summary>
    public async Task<bool> IsEmptyAsync()
    {
        await QueueAsync("flush");
        return (await SummaryAsync()).GetProperty("queued").GetInt64() == 0;
    }

    /// <summary>The queue's counters, as <c>relay queue summary --json</c> gives them in its first line.</summary>
    public async Task<JsonElement> SummaryAsync()
    {
        ToolResult summary = await QueueAsync("summary", "--json");
        using JsonDocument document = JsonDocument.Parse(summary.Output.Split('\n')[0]);
        return document.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        if (Program is not null)
        {
            await Program.DisposeAsync();
        }
    }
}
