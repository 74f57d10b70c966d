using System.Net;
using Relay.Host.Admin;
using Relay.Host.Options;
using Relay.Logging.Tracing;
using Relay.Throttling;

namespace Relay.Host.Monitoring;

/// <summary>
/// Metrics, health and the page of a running relay, started and stopped with it. What nobody set costs nothing: no
/// instrument is made, no listener is bound. Start, reload and stop are called one at a time.
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

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

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
        RelayMetrics metrics = _metrics ??= new RelayMetrics(_sources, _commits);
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
}
