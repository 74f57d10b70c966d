using System.Diagnostics;
using System.Globalization;

namespace Relay.EndToEnd.Tests.Soak;

/// <summary>
/// A relay under steady load from a source with a ledger into a sink that verifies, with its log in a file and the
/// socket that <c>mailq</c> asks; and what an administrator's timers do to it.
/// </summary>
internal sealed class SoakRelay : IAsyncDisposable
{
    /// <summary>Rotated files that may still get a line; an hour's are not to fill the disk.</summary>
    private const int KeptFiles = 60;

    private readonly Workspace _workspace = new();
    private readonly Queue<string> _rotatedFiles = new();
    private readonly string _mailq;
    private RunningProgram? _source;
    private VerifyingSink? _sink;
    private int _rotated;
    private long _sentLines;
    private int _reload;

    public SoakRelay()
    {
        Directory.CreateDirectory(_workspace.PathOf("tables"));
        _mailq = _workspace.PathOf("mailq");
        File.CreateSymbolicLink(_mailq, Tool.Relay);
        SinkPort = Workspace.FreePort();
        Relay = new RelayUnderTest(_workspace, SinkPort) { StartedLine = "is running" };
        Configure();
    }

    public RelayUnderTest Relay { get; }

    public RunningProgram Source => _source!;

    private int SinkPort { get; }

    private string Ledger => _workspace.PathOf("ledger");

    private string Log => _workspace.PathOf("mail.log");

    /// <summary>The size that the ledger has for now: it grows by each message that the relay acknowledged.</summary>
    public long Acknowledged => File.Exists(Ledger) ? new FileInfo(Ledger).Length : 0;

    /// <param name="rate">Messages per second.</param>
    /// <param name="duration">Of the load.</param>
    public async Task StartAsync(int rate, TimeSpan duration)
    {
        _sink = await VerifyingSink.StartOnAsync(_workspace, Ledger, SinkPort);
        await Relay.StartAsync();
        _source = RunningProgram.Start(
            Tool.Load, "source", $"127.0.0.1:{Relay.Port.ToString(CultureInfo.InvariantCulture)}",
            "--sessions", "20", "--per-connection", "50", "--resend",
            "--rate", rate.ToString(CultureInfo.InvariantCulture),
            "--duration", string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalSeconds}s"),
            "--length", "1k*80,20k*15,200k*5", "--recipients", "2",
            "--connect-patience", "60s", "--ledger", Ledger, "--quiet");
    }

    /// <summary>Runs <c>mailq</c>; how long it took.</summary>
    public async Task<TimeSpan> MailqAsync()
    {
        long start = Stopwatch.GetTimestamp();
        ToolResult result = await Tool.RunAsync(_mailq, ["-C", Relay.ConfigurationPath]);
        Assert.True(result.ExitCode == 0, $"mailq: {result}");
        Assert.True(
            result.Output.Contains("Total requests", StringComparison.Ordinal)
            || result.Output.Contains("is empty", StringComparison.Ordinal),
            $"mailq: {result}");
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>SIGHUP with options that differ from those before.</summary>
    public async Task ReloadAsync()
    {
        _reload++;
        Configure();
        await Relay.Program.SignalAsync("HUP");
    }

    /// <summary>As logrotate does it: the file gets another name, then a signal.</summary>
    public async Task RotateAsync()
    {
        if (File.Exists(Log))
        {
            if (_rotatedFiles.Count > KeptFiles)
            {
                CountAndDelete(_rotatedFiles.Dequeue());
            }

            _rotated++;
            string name = $"{Log}.{_rotated.ToString(CultureInfo.InvariantCulture)}";
            File.Move(Log, name);
            _rotatedFiles.Enqueue(name);
            await Relay.Program.SignalAsync("USR1");
        }
    }

    /// <summary>Lines of delivered recipients in all log files; the relay has ended.</summary>
    public long CountSentLines()
    {
        foreach (string path in _rotatedFiles)
        {
            CountAndDelete(path);
        }

        _rotatedFiles.Clear();
        CountAndDelete(Log);
        return _sentLines;
    }

    public int Rotations => _rotated;

    public int Reloads => _reload;

    /// <summary>The daemon's lines of the present log.</summary>
    public string LogText => File.Exists(Log) ? File.ReadAllText(Log) : string.Empty;

    /// <summary>What the sink found.</summary>
    public Task<System.Text.Json.JsonElement> FinishAsync() => _sink!.FinishAsync();

    public async ValueTask DisposeAsync()
    {
        if (_source is not null)
        {
            await _source.DisposeAsync();
        }

        await Relay.DisposeAsync();
        if (_sink is not null)
        {
            await _sink.DisposeAsync();
        }

        _workspace.Dispose();
    }

    private void CountAndDelete(string path)
    {
        if (File.Exists(path))
        {
            _sentLines += File.ReadLines(path).LongCount(
                static line => line.Contains("stat=Sent", StringComparison.Ordinal));
            File.Delete(path);
        }
    }

    private void Configure()
    {
        string port = SinkPort.ToString(CultureInfo.InvariantCulture);
        _workspace.Write("tables/access", $"Connect:192.0.2.{(_reload % 200).ToString(CultureInfo.InvariantCulture)} REJECT\n");
        File.WriteAllText(Relay.ConfigurationPath, $$"""
            {
              "hostname": "{{(_reload % 2 == 0 ? "relay" : "renamed")}}.test",
              "listeners": [ { "endpoint": "127.0.0.1:{{Relay.Port.ToString(CultureInfo.InvariantCulture)}}" } ],
              "queue": { "directory": "{{Relay.QueueDirectory}}", "segmentSize": "4M" },
              "tables": { "directory": "{{_workspace.PathOf("tables")}}" },
              "smartHost": "smtp:[127.0.0.1]:{{port}}",
              "access": { "acceptUnresolvableDomains": true, "resolveClients": false },
              "retry": { "initial": "1s", "maximum": "{{(2 + (_reload % 3)).ToString(CultureInfo.InvariantCulture)}}s" },
              "delivery": {
                "useChunking": {{(_reload % 2 == 0 ? "false" : "true")}},
                "pipelineTransactions": {{(_reload % 3 == 0 ? "false" : "true")}},
                "messagesPerConnectionMax": {{(20 + (_reload % 5)).ToString(CultureInfo.InvariantCulture)}}
              },
              "submission": { "queueSocket": "{{_workspace.PathOf("mailq.sock")}}" },
              "log": { "format": "sendmail", "output": "{{Log}}" },
              "admin": { "socket": "{{Relay.AdminSocket}}" }
            }
            """);
    }
}
