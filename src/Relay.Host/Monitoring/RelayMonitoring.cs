using System.Net;
using System.Runtime.CompilerServices;
using Relay.Host.Admin;
using Relay.Host.Options;
using Relay.Logging.Tracing;
using Relay.Throttling;

namespace Relay.Host.Monitoring;

/// <summary>
/// Metrics, health, the page and what is pushed of a running relay, started and stopped with it. What nobody set costs
/// nothing: no instrument is made, no listener is bound, nothing is traced. Start, reload and stop are called one at a
/// time.
/// </summary>
internal sealed class RelayMonitoring : IAsyncDisposable
{
    private readonly MonitoringSources _sources;
    private readonly Heartbeat _heartbeat;
    private readonly Health _health;
    private readonly CommitObserver _commits;
    private readonly QueueActions _actions;
    private readonly ITraceSource? _trace;
    private readonly Func<RelaySettings, IEnumerable<ThrottleState>> _throttles;
    private RelaySettings _settings;
    private RelayMetrics? _metrics;
    private PrometheusExporter? _exporter;
    private ThroughputHistory? _history;
    private MonitoringServer? _server;
    private OtlpSettings? _pushed;
    private IAsyncDisposable? _push;
    private MailTracer? _tracer;

    public RelayMonitoring(
        RelaySettings settings,
        MonitoringSources sources,
        Heartbeat heartbeat,
        Health health,
        CommitObserver commits,
        QueueActions actions,
        ITraceSource? trace,
        Func<RelaySettings, IEnumerable<ThrottleState>> throttles)
    {
        _settings = settings;
        _sources = sources;
        _heartbeat = heartbeat;
        _health = health;
        _commits = commits;
        _actions = actions;
        _trace = trace;
        _throttles = throttles;
    }

    /// <summary>Where HTTP is served; null if it is not.</summary>
    public IPEndPoint? EndPoint => _server?.EndPoint;

    /// <summary>Before the first message moves: all are traced that are to be.</summary>
    public Task StartPushingAsync() => PushAsync(OtlpSettings.Of(_settings));

    /// <exception cref="IOException">The address cannot be bound, or the token's file cannot be used.</exception>
    public async Task StartAsync() => await AcceptAsync(await PrepareAsync(_settings));

    /// <summary>What new options ask for, bound but not yet in the place of the old; changes nothing else.</summary>
    /// <exception cref="IOException">The address cannot be bound, or the token's file cannot be used.</exception>
    public async Task<PreparedMonitoring> PrepareAsync(RelaySettings settings)
    {
        if (settings.Get(MonitoringKeys.Http).EndPoint is not { } endPoint)
        {
            return new PreparedMonitoring(settings, null, null);
        }

        MonitoringRequests requests = MakeRequests(settings);
        bool isSame = _server is not null && _settings.Get(MonitoringKeys.Http).EndPoint is { } now && now.Equals(endPoint);
        return new PreparedMonitoring(
            settings, requests, isSame ? null : await MonitoringServer.StartAsync(endPoint, requests));
    }

    /// <summary>Puts it in force; counts go on.</summary>
    public async Task AcceptAsync(PreparedMonitoring prepared)
    {
        _settings = prepared.Settings;
        await PushAsync(OtlpSettings.Of(_settings));
        if (_metrics is not null)
        {
            _metrics.Limit = _settings.Get(MonitoringKeys.TopDestinations);
        }

        if (prepared.Requests is not null && prepared.Server is null)
        {
            _server!.Requests = prepared.Requests;
            return;
        }

        MonitoringServer? before = _server;
        _server = prepared.Server;
        if (before is not null)
        {
            await before.DisposeAsync();
        }
    }

    /// <summary>The HTTP listener ends; what happens from now on is still counted, traced and pushed.</summary>
    public async Task StopServingAsync()
    {
        MonitoringServer? server = _server;
        _server = null;
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopServingAsync();
        await EndPushAsync();
        if (_history is not null)
        {
            _heartbeat.Unregister(_history);
        }

        _exporter?.Dispose();
        _metrics?.Dispose();
    }

    private MonitoringRequests MakeRequests(RelaySettings settings)
    {
        AdminToken? token = settings.Get(MonitoringKeys.AdminTokenFile) is { Length: > 0 } path
            ? AdminToken.Load(path)
            : null;
        RelayMetrics metrics = Metrics();
        PrometheusExporter exporter = _exporter ??= new PrometheusExporter(metrics.Meter);
        if (_history is null)
        {
            _history = new ThroughputHistory(_sources.Server, _sources.Events);
            _heartbeat.Register(_history);
        }

        string hostName = settings.Get(RelayKeys.HostName);
        var summary = new PageSummary(_sources, _history, _health, () => hostName, () => _throttles(settings));
        var api = new PageApi(_sources.Queue, _actions, _trace, summary, token);
        return new MonitoringRequests(exporter.Scrape, _health, api, () => hostName);
    }

    private RelayMetrics Metrics() => _metrics ??= new RelayMetrics(_sources, _commits);

    /// <summary>Begins or ends to push, or goes on by other options.</summary>
    private async Task PushAsync(OtlpSettings settings)
    {
        if (settings == _pushed)
        {
            return;
        }

        await EndPushAsync();
        _pushed = settings;
        if (settings.Metrics is not null)
        {
            _ = Metrics();
        }

        if (!settings.IsOff)
        {
            _push = StartPush(settings);
        }

        if (settings.Traces is not null)
        {
            _tracer = new MailTracer(settings.HostName, settings.Sample, _sources.Time);
            _sources.Trace(_tracer);
        }
    }

    private async Task EndPushAsync()
    {
        _sources.Trace(null);
        IAsyncDisposable? push = _push;
        MailTracer? tracer = _tracer;
        _push = null;
        _tracer = null;
        if (push is not null)
        {
            await push.DisposeAsync();
        }

        tracer?.Dispose();
    }

    /// <summary>By itself, so that nothing is loaded for it before.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private OtlpPush StartPush(OtlpSettings settings) => new OtlpPush(settings, _sources.Log);
}
