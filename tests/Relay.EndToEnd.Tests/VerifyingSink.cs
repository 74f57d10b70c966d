using System.Globalization;
using System.Text.Json;

namespace Relay.EndToEnd.Tests;

/// <summary>
/// <c>relay-load sink --verify</c>: checks every message it is given, and at the end what the source's ledger lists.
/// </summary>
internal sealed class VerifyingSink : IAsyncDisposable
{
    private readonly RunningProgram _program;
    private readonly string _report;

    private VerifyingSink(RunningProgram program, string report, int port)
    {
        _program = program;
        _report = report;
        Port = port;
    }

    public int Port { get; }

    public static Task<VerifyingSink> StartAsync(Workspace workspace, string ledger) =>
        StartOnAsync(workspace, ledger, Workspace.FreePort());

    public static async Task<VerifyingSink> StartOnAsync(Workspace workspace, string ledger, int port)
    {
        string report = workspace.PathOf("sink.json");
        RunningProgram program = RunningProgram.Start(
            Tool.Load,
            ["sink", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), "--ledger", ledger, "--json", report]);
        await program.WaitForLineAsync("listening");
        return new VerifyingSink(program, report, port);
    }

    /// <summary>Ends the sink and returns its findings: the report's <c>verification</c> object.</summary>
    public async Task<JsonElement> FinishAsync()
    {
        await _program.SignalAsync("TERM");
        await _program.WaitForExitAsync();
        using JsonDocument report = JsonDocument.Parse(await File.ReadAllTextAsync(_report));
        return report.RootElement.GetProperty("verification").Clone();
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
