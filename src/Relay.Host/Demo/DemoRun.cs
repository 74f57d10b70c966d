using System.Collections;
using System.Diagnostics;
using System.Text.Json;
using Relay.Host.Options;
using Relay.Host.Running;
using Relay.Host.Tables;
using Relay.Host.Tls;
using Relay.Logging;
using Relay.Queue;
using Spectre.Console;

namespace Relay.Host.Demo;

/// <summary>
/// The demonstration: sink, relay and load, then the check that nothing was lost, doubled or changed.
/// </summary>
internal sealed class DemoRun(DemoPlan plan, MailQueueEngine engine, IAnsiConsole console, TimeProvider time)
{
    /// <summary>Runs it; the queue's directory is removed in the end.</summary>
    public async Task<DemoVerdict> RunAsync()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("relay-demo-");
        try
        {
            return await RunInAsync(directory.FullName);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private async Task<DemoVerdict> RunInAsync(string directory)
    {
        var screen = new DemoScreen(console, plan, time);
        var ledger = new DemoLedger(plan);
        await using var sink = new DemoSink(ledger, plan);
        await using RelayRuntime relay = await StartRelayAsync(directory, sink.Port);
        screen.Start(directory);
        TimeSpan processorBefore = Process.GetCurrentProcess().TotalProcessorTime;
        TimeSpan elapsed = await screen.WatchAsync(SendAndDrainAsync(relay, ledger), ledger);
        TimeSpan processorTime = Process.GetCurrentProcess().TotalProcessorTime - processorBefore;
        DemoVerdict verdict = ledger.Judge();
        screen.Finish(verdict, elapsed, processorTime, relay.Statistics);
        await relay.StopAsync(TimeSpan.FromSeconds(2));
        return verdict;
    }

    private async Task SendAndDrainAsync(RelayRuntime relay, DemoLedger ledger)
    {
        await new DemoLoad(relay.EndPoints[0], ledger, plan, time).RunAsync(CancellationToken.None);
        ledger.Close();
        try
        {
            await ledger.Complete.WaitAsync(plan.DrainTime, time);
        }
        catch (TimeoutException)
        {
            // The verdict counts what did not arrive.
        }
    }

    private Task<RelayRuntime> StartRelayAsync(string directory, int sinkPort)
    {
        ConfigurationEntry[] entries =
        [
            Entry(OptionRegistry.ListenersPath, "127.0.0.1:0"),
            Entry(RelayKeys.HostName.Path, "demo.relay.example"),
            Entry(RelayKeys.SmartHost.Path, $"smtp:[127.0.0.1]:{sinkPort}"),
            Entry(AccessKeys.AcceptUnresolvableDomains.Path, "true"),
            Entry(RelayKeys.AdminSocket.Path, string.Empty),
            Entry(QueueKeys.Engine.Path, OptionFormats.Choice<MailQueueEngine>().Write(engine)),
            Entry(QueueKeys.QueueDirectory.Path, Path.Combine(directory, "queue")),
            Entry(QueueKeys.SegmentSize.Path, "16M"),
        ];
        RelaySettings settings = ConfigurationLoader.Load(
            null, new Hashtable(), entries, out IReadOnlyList<ConfigurationError> errors)
            ?? throw new InvalidOperationException(string.Join("; ", errors));
        return RelayRuntime.StartAsync(
            settings,
            LiveRules.Start(settings, NullMailLog.Instance, time, out _),
            TlsParts.Of(settings, out _),
            NullMailLog.Instance,
            time);
    }

    private static ConfigurationEntry Entry(string path, string text) => new(path, text, JsonTokenType.None, "demo", 0);
}
