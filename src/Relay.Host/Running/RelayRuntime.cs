using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Delivery;
using Relay.Delivery.Tls;
using Relay.Dns;
using Relay.Host.Admin;
using Relay.Host.Authentication;
using Relay.Host.Monitoring;
using Relay.Host.Options;
using Relay.Host.Service;
using Relay.Host.Tables;
using Relay.Host.Tls;
using Relay.Logging;
using Relay.Queue;
using Relay.Routing.Access;
using Relay.Routing.Blocklists;
using Relay.Routing.Clients;
using Relay.Routing.Routes;
using Relay.Server;
using Relay.Server.Authentication;
using Relay.Server.Authentication.Dovecot;
using Relay.Throttling;

namespace Relay.Host.Running;

/// <summary>
/// A whole relay: queue, delivery, reception and admin socket, put together and taken apart in the right order. Start:
/// the queue is recovered before anything listens. Stop: listeners, sessions, deliveries, the last commit, the queue.
/// Start, reload and stop are called one at a time.
/// </summary>
internal sealed class RelayRuntime : IAsyncDisposable
{
    private readonly IMailLog _log;
    private readonly Heartbeat _heartbeat;
    private readonly LoadMonitor _load;
    private readonly LiveRules _rules;
    private readonly LiveTls _tls;
    private readonly RulesTlsPolicy _tlsPolicy;
    private readonly DnsWatch _dnsWatch;
    private readonly IMailQueue _queue;
    private readonly DeliveryService _delivery;
    private readonly DovecotClient? _dovecot;
    private readonly UserAuthenticator _users;
    private readonly AuthInfoCredentials _credentials;
    private readonly SmtpServer _server;
    private readonly QueueFlush _flush;
    private readonly DestinationCommands _destinations;
    private readonly QueueActions _actions;
    private readonly ActivatedSockets _sockets = ActivatedSockets.Of(Environment.GetEnvironmentVariable);
    private readonly LogSet? _logs;
    private readonly Health _health;
    private readonly RelayMonitoring _monitoring;
    private long _reloads;
    private long _refusedReloads;
    private volatile ConnectionDefaults _connectionDefaults;
    private RelaySettings _settings;
    private readonly LocalSubmission _local;
    private AdminServer? _admin;
    private bool _stopped;

    private RelayRuntime(RelaySettings settings, LiveRules rules, TlsParts tls, IMailLog log, TimeProvider time)
    {
        _settings = settings;
        _logs = log as LogSet;
        var watchedLog = new WatchedMailLog(log);
        _log = log = watchedLog;
        _heartbeat = new Heartbeat(time)
        {
            OnFailure = exception => watchedLog.WriteDaemon($"internal failure, the relay goes on: {exception}"),
        };
        _load = new LoadMonitor(new ProcLoadAverage());
        _heartbeat.Register(_load);
        _rules = rules;
        _tls = new LiveTls(tls, log);
        _tlsPolicy = new RulesTlsPolicy(rules.Holder);
        var routes = new RouteResolver(rules.Holder);
        var commits = new CommitObserver();
        _queue = MailQueueFactory.Open(FloorOptions.ToQueue(settings, log.WriteIncident, commits.OnCommit), time);
        _local = new LocalSubmission(() => _settings, _queue, _heartbeat, log);
        watchedLog.Watch(_local.Watches);
        DnsOptions dns = FloorOptions.ToDns(settings);
        var resolver = new DnsResolver(dns, time);
        var hosts = new HostResolver(resolver, dns, time);
        _credentials = new AuthInfoCredentials(rules.Holder, hosts, time);
        _delivery = new DeliveryService(
            _queue,
            routes,
            hosts,
            log,
            _heartbeat,
            FloorOptions.ToDelivery(settings, new DeliveryTls(tls.Client, _tlsPolicy)),
            name => rules.Holder.Current.IsLocal(name),
            new RulesAddressees(rules.Holder),
            _credentials)
        {
            Dialogues = _local.Watches,
            AddressNames = new ClientResolver(resolver),
        };
        rules.CredentialsChanged = () => _delivery.Unblock();
        rules.RoutesChanged = _delivery.FollowRoutes;
        _destinations = new DestinationCommands(_queue, _delivery, OrdersOf(settings));
        _flush = new QueueFlush(_queue, routes, route => _delivery.Unblock(route));
        var blocklists = new BlocklistHealth(resolver);
        var access = new AccessControl(resolver, blocklists);
        _dnsWatch = new DnsWatch(rules.Holder, blocklists, resolver, log);
        _connectionDefaults = ConnectionDefaults.Of(settings);
        AuthenticationOptions authentication = FloorOptions.ToAuthentication(settings);
        _dovecot = authentication.DovecotSocket.Length > 0
            ? new DovecotClient(authentication.DovecotSocket, _heartbeat, log.WriteDaemon)
            : null;
        _users = new UserAuthenticator(new LiveUsers(rules.Holder), _heartbeat, authentication) { Dovecot = _dovecot };
        _server = new SmtpServer(FloorOptions.ToServer(settings, tls.Server), new SmtpServerServices
        {
            Queue = _queue,
            ConnectionPolicy = new RulesConnectionPolicy(
                rules.Holder, access, new ClientResolver(resolver), () => _connectionDefaults, _local.Users),
            RecipientPolicy = new RulesRecipientPolicy(rules.Holder, access),
            Authenticator = _users,
            AddressVerifier = new RulesAddressVerifier(rules.Holder),
            HeaderRewriter = new RulesHeaderRewriter(rules.Holder),
            Heartbeat = _heartbeat,
            LoadAverage = _load,
            LoggerFactory = NullLoggerFactory.Instance,
            MailLog = log,
            TakeInheritedSocket = _sockets.Take,
            EtrnHandler = new EtrnService(rules.Holder, _flush),
            DeliveryWatcher = _local.Watches,
        });
        _actions = new QueueActions(_queue, _flush, log);
        _health = new Health(_queue, _heartbeat, () => _server.EndPoints.Count);
        _monitoring = new RelayMonitoring(
            settings, SourcesOf(time), _heartbeat, _health, commits, _actions, _logs?.Trace, Throttles);
    }

    /// <summary>Where it listens.</summary>
    public IReadOnlyList<EndPoint> EndPoints => _server.EndPoints;

    /// <summary>Where metrics, health and the page are served; null if they are not.</summary>
    public IPEndPoint? Monitoring => _monitoring.EndPoint;

    /// <summary>Reasons why the program is to be started anew; none while it lives.</summary>
    public IReadOnlyList<string> ReasonsNotAlive => _health.ReasonsNotAlive();

    public Heartbeat Heartbeat => _heartbeat;

    public QueueStatistics Statistics => _queue.Statistics;

    /// <summary>How long a stop may wait, by the options now in force.</summary>
    public TimeSpan StopTimeout => _settings.Get(RelayKeys.StopTimeout);

    /// <summary>Recovers the queue, starts delivery, then listens.</summary>
    /// <exception cref="MailQueueException">The queue cannot be opened.</exception>
    /// <exception cref="IOException">An address or the admin socket is in use.</exception>
    public static async Task<RelayRuntime> StartAsync(
        RelaySettings settings, LiveRules rules, TlsParts tls, IMailLog log, TimeProvider time)
    {
        var runtime = new RelayRuntime(settings, rules, tls, log, time);
        try
        {
            await runtime.OpenAsync(time);
            return runtime;
        }
        catch
        {
            await runtime.StopAsync(TimeSpan.Zero);
            throw;
        }
    }

    /// <summary>Takes new tables and options; running sessions keep theirs and none is lost.</summary>
    /// <param name="settings">The new options.</param>
    /// <param name="rules">The rules that were made of them.</param>
    /// <param name="tls">The certificates that they name.</param>
    /// <returns>The keys whose new values count from the next start only.</returns>
    /// <exception cref="IOException">A new listener's address is in use; nothing has changed.</exception>
    public async Task<IReadOnlyList<string>> ReloadAsync(RelaySettings settings, PreparedRules rules, TlsParts tls)
    {
        PreparedMonitoring monitoring = await _monitoring.PrepareAsync(settings);
        try
        {
            await _server.ReloadAsync(FloorOptions.ToServer(settings, tls.Server));
        }
        catch
        {
            await monitoring.DisposeAsync();
            throw;
        }

        await _monitoring.AcceptAsync(monitoring);
        _rules.Accept(rules);
        _delivery.Reload(FloorOptions.ToDelivery(settings, new DeliveryTls(tls.Client, _tlsPolicy)));
        _tls.Parts = tls;
        _connectionDefaults = ConnectionDefaults.Of(settings);
        _users.Options = FloorOptions.ToAuthentication(settings);
        string[] later = [.. _settings.Differences(settings).Where(static path => !ReloadableKeys.Contains(path))];
        _settings = settings;
        _dnsWatch.TestSoon();
        Interlocked.Increment(ref _reloads);
        return later;
    }

    /// <summary>Counts a reload that was refused.</summary>
    public void OnReloadRefused() => Interlocked.Increment(ref _refusedReloads);

    /// <summary>The graceful stop. Nothing acknowledged is lost, however little time it gets.</summary>
    /// <param name="patience">For the transactions and then the deliveries that are under way.</param>
    public async Task StopAsync(TimeSpan patience)
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        _health.OnStopping();
        await _local.DisposeAsync();
        await _server.StopAsync(patience);
        await _server.DisposeAsync();
        if (_admin is not null)
        {
            await _admin.DisposeAsync();
        }

        await _monitoring.StopServingAsync();
        await _delivery.StopAsync(patience);
        await _monitoring.DisposeAsync();
        await _delivery.DisposeAsync();
        try
        {
            await _queue.FlushAsync();
        }
        catch (MailQueueException exception)
        {
            _log.WriteDaemon($"the last commit failed: {exception.Message}");
        }

        await _queue.DisposeAsync();
        _heartbeat.Dispose();
        _dnsWatch.Dispose();
        _rules.Dispose();
        _users.Dispose();
        _dovecot?.Dispose();
        _credentials.Dispose();
        _flush.Dispose();
    }

    /// <summary>
    /// Ends a stop that takes too long: what is acknowledged is made durable, what is under way is left to the queue's
    /// next start, which may repeat a delivery.
    /// </summary>
    public async Task HurryAsync(Task stop)
    {
        Task lastCommit = _queue.FlushAsync().AsTask();
        await Task.WhenAny(stop, lastCommit);
    }

    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero);

    /// <summary>Queues in RAM keep no orders either.</summary>
    private static SuspensionFile? OrdersOf(RelaySettings settings) =>
        settings.Get(QueueKeys.Engine) == MailQueueEngine.Faster
            ? new SuspensionFile(settings.Get(QueueKeys.QueueDirectory))
            : null;

    private void RestoreOrders()
    {
        try
        {
            _destinations.Restore();
        }
        catch (IOException exception)
        {
            _log.WriteDaemon($"what was suspended is not known, mail flows to all destinations: {exception.Message}");
        }
    }

    private async Task OpenAsync(TimeProvider time)
    {
        RestoreOrders();
        if (_settings.Get(RelayKeys.AdminSocket) is { Length: > 0 } path)
        {
            _admin = AdminServer.Start(path, Commands(), time);
        }

        await _monitoring.StartPushingAsync();
        _queue.Start(new LoadGate(
            _queue, _delivery, _load, () => _settings.Get(RelayKeys.QueueLoad), time, _local.Watches));
        if (_dovecot is not null)
        {
            await _dovecot.Connected; // the first clients are to be offered its mechanisms
        }

        _heartbeat.Register(_rules);
        _heartbeat.Register(_tls);
        await _server.StartAsync();
        foreach (EndPoint endPoint in _sockets.EndPoints)
        {
            _log.WriteDaemon($"warning: {endPoint} was given to this process, and no listener is set for it");
        }

        foreach (EndPoint endPoint in _server.EndPoints)
        {
            _log.WriteDaemon($"listening on {endPoint}");
        }

        _heartbeat.Register(_dnsWatch);
        _dnsWatch.TestSoon();
        _local.Start();
        await _monitoring.StartAsync();
        if (_monitoring.EndPoint is { } http)
        {
            _log.WriteDaemon($"metrics, health and the page on http://{http}/");
        }

        _health.OnStarted();
    }

    private QueueCommands Commands() => new(
        _queue,
        _actions,
        new TraceCommands(_logs?.Trace),
        _destinations,
        _local.Report,
        new QueueRun(_queue, _flush, _local.Report, _local.Watches, () => _delivery.Unblock()));

    private MonitoringSources SourcesOf(TimeProvider time) => new()
    {
        Queue = _queue,
        Server = _server.Counters,
        Delivery = _delivery,
        Events = _logs?.Counters ?? new EventCounters(),
        Census = new QueueCensus(_queue, _delivery.SummarizeDestinations, _delivery.SummarizeSuspensions, time),
        LinesDropped = () => _logs?.Dropped ?? 0,
        Time = time,
        Log = _log,
        Trace = tracer =>
        {
            _logs?.Attach(tracer);
            _delivery.Attempts = tracer;
        },
        Reloads = () => (Interlocked.Read(ref _reloads), Interlocked.Read(ref _refusedReloads)),
    };

    /// <summary>Every limit in force, for the page.</summary>
    private IEnumerable<ThrottleState> Throttles(RelaySettings settings)
    {
        SmtpServerCounters counters = _server.Counters;
        yield return new ThrottleState(
            "sessions at once", counters.SessionsActive, settings.Get(ServerKeys.ConnectionsMax),
            counters.ConnectionsRefused);
        yield return new ThrottleState(
            "sessions per address", null, settings.Get(ServerKeys.ConnectionsPerAddressMax), null);
        foreach (RelaySettings listener in settings.Listeners)
        {
            yield return new ThrottleState(
                $"connections per second, {listener.Get(ListenerKeys.Name)}", null,
                listener.Get(ListenerKeys.ConnectionsPerSecond), counters.AcceptsDeferred);
        }

        yield return new ThrottleState("per client, by access table", null, 0, counters.ClientLimitRefusals);
        yield return new ThrottleState(
            "refused recipients before a wait", null, settings.Get(ServerKeys.BadRecipientThrottle),
            counters.CommandsDelayed);
        yield return new ThrottleState(
            "load average, refusing", _load.OneMinute, settings.Get(ServerKeys.RefuseLoad), null);
        yield return new ThrottleState(
            "load average, delaying", _load.OneMinute, settings.Get(ServerKeys.DelayLoad), null);
        yield return new ThrottleState(
            "load average, queueing only", _load.OneMinute, settings.Get(RelayKeys.QueueLoad), null);
        yield return new ThrottleState(
            "outbound connections", _delivery.Connections, settings.Get(DeliveryKeys.ConnectionsMax), null);
    }
}
