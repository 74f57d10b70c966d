using System.Diagnostics.Metrics;
using Relay.Logging;
using Relay.Queue;
using Relay.Smtp.Replies;

namespace Relay.Host.Monitoring;

/// <summary>
/// The program's instruments (docs/metrics.md). Nearly all are read from counters that exist anyhow when somebody asks,
/// so the mail pays nothing for them. Every set of labels is bounded. Thread-safe.
/// </summary>
internal sealed class RelayMetrics : IDisposable
{
    public const string MeterName = "Relay.Fast";

    private static readonly double[] CommitSeconds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

    private static readonly double[] BatchSizes = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
    private static readonly double[] DelaySeconds = [0.01, 0.1, 1, 10, 60, 300, 1800, 3600, 14400, 86400, 432000];

    private readonly MonitoringSources _sources;

    public RelayMetrics(MonitoringSources sources, CommitObserver commits)
    {
        _sources = sources;
        Meter = new Meter(MeterName, typeof(RelayMetrics).Assembly.GetName().Version?.ToString(3));
        Reception();
        Queue(commits);
        Delivery();
        Program();
    }

    public Meter Meter { get; }

    public void Dispose()
    {
        _sources.Events.DeliveryDelay = null;
        Meter.Dispose();
    }

    private void Reception()
    {
        var server = _sources.Server;
        Gauge("relay.sessions.active", "{session}", "SMTP sessions now.", () => server.SessionsActive);
        Counter("relay.sessions", "{session}", "SMTP sessions begun.", () => server.SessionsOpened);
        Counters("relay.messages.received", "{message}", "Messages at the end of their content, by outcome.", () =>
        [
            new(server.MessagesAccepted, Label("outcome", "accepted")),
            new(server.MessagesDiscarded, Label("outcome", "discarded")),
            new(server.MessagesRefused, Label("outcome", "refused")),
        ]);
        Counter("relay.received", "By", "Content of accepted messages.", () => server.OctetsAccepted);
        Counter("relay.recipients.refused", "{recipient}", "RCPT commands refused.", () => server.RecipientsRefused);
        Counters("relay.replies", "{reply}", "Replies to clients, by code.", () =>
            ReplyCounts.All().Select(static r => new Measurement<long>(r.Value, Label("code", r.Key))));
        Counters("relay.rejections", "{rejection}", "Clients, senders, recipients and content refused, by code.", () =>
            _sources.Events.Rejections.Select(static r => new Measurement<long>(r.Value, Label("code", r.Key))));
        Counters("relay.throttled", "{time}", "Times that a limit was in force, by limit.", () =>
        [
            new(server.ConnectionsRefused, Label("limit", "connections")),
            new(server.AcceptsDeferred, Label("limit", "accept_rate")),
            new(server.ClientLimitRefusals, Label("limit", "client")),
            new(server.CommandsDelayed, Label("limit", "commands")),
        ]);
        Counter("relay.session.timeouts", "{session}", "Sessions ended for slowness.", () => server.Timeouts);
    }

    private void Queue(CommitObserver commits)
    {
        IMailQueue queue = _sources.Queue;
        Gauges("relay.queue.messages", "{message}", "Messages in the queue, by state.", () =>
        {
            QueueStatistics s = queue.Statistics;
            return
            [
                new(s.Active, Label("state", "active")),
                new(s.Deferred, Label("state", "deferred")),
                new(s.Held, Label("state", "held")),
                new(s.Quarantined, Label("state", "quarantined")),
            ];
        });
        Meter.CreateObservableGauge(
            "relay.queue.oldest.age", () => Age(_sources.Census.Take().Oldest), "s", "Age of the oldest message.");
        Counter("relay.queue.accepted", "{message}", "Messages made durable.", () => queue.Statistics.Accepted);
        Counter("relay.queue.removed", "{message}", "Messages that ended.", () => queue.Statistics.Removed);
        Counter("relay.queue.appended", "By", "Octets written to the log.", () => queue.Statistics.BytesAppended);
        Gauge("relay.queue.disk", "By", "Space that the queue takes.", () => queue.Statistics.BytesOnDisk);
        Gauge("relay.queue.accepting", "1", "1 while new messages are taken.", () => queue.Condition == 0 ? 1 : 0);
        commits.Attach(
            Histogram("relay.queue.commit.duration", "s", "Time of a batch's synchronous writes.", CommitSeconds),
            Histogram("relay.queue.commit.batch", "{message}", "Messages that waited for one commit.", BatchSizes));
    }

    private void Delivery()
    {
        EventCounters events = _sources.Events;
        Counters("relay.deliveries", "{recipient}", "Outcomes of attempts, per recipient.", () =>
        [
            new(events.Of(MailEventKind.Delivered), Label("outcome", "delivered")),
            new(events.Of(MailEventKind.Deferred), Label("outcome", "deferred")),
            new(events.Of(MailEventKind.Bounced), Label("outcome", "bounced")),
            new(events.Of(MailEventKind.Expired), Label("outcome", "expired")),
        ]);
        Counters("relay.delivery.replies", "{reply}", "Next hops' replies to recipients, by code.", () =>
            events.RemoteReplies.Select(static r => new Measurement<long>(r.Value, Label("code", r.Key))));
        events.DeliveryDelay = Histogram(
            "relay.delivery.delay", "s", "Time from receipt to delivery, per recipient.", DelaySeconds);
        Gauge("relay.delivery.connections", "{connection}", "Outbound connections.", () => _sources.Delivery.Connections);
        Gauge("relay.delivery.unrouted", "{message}", "Messages whose route is looked up.", () => _sources.Delivery.Unrouted);
        Gauge("relay.destinations", "{destination}", "Destinations with mail.", () => _sources.Census.Take().Destinations.Count);
        Destinations("relay.destination.messages", "{message}", "Messages for a destination.", static d => d.Messages);
        Destinations("relay.destination.deferred", "{message}", "Of these, waiting for a time to come.", static d => d.Deferred);
        Destinations("relay.destination.connections", "{connection}", "Connections to it.", static d => d.Connections);
        Meter.CreateObservableGauge(
            "relay.destination.oldest.age",
            () => TopDestinations.Of(_sources.Census.Take().Destinations, Limit).Select(d => new Measurement<double>(
                Age(d.Oldest), Label("destination", d.Name))),
            "s",
            "Age of its oldest message.");
        Gauges("relay.destination.blocked", "1", "1 for a destination that is not sent to now, and why not.", () =>
            TopDestinations.Of(_sources.Census.Take().Destinations, Limit)
                .Where(static d => d.BlockedBy.Length > 0)
                .Select(static d => new Measurement<long>(
                    1, Label("destination", d.Name), Label("reason", d.BlockedBy))));
        Gauges("relay.destination.last.error", "1", "1 for the code of the last failure; 0 is a finding of our own.", () =>
            TopDestinations.Of(_sources.Census.Take().Destinations, Limit)
                .Where(static d => d.LastCode.Length > 0)
                .Select(static d => new Measurement<long>(
                    1, Label("destination", d.Name), Label("code", d.LastCode))));
    }

    private void Program()
    {
        Counter("relay.log.lines.dropped", "{line}", "Log lines that the output could not take.", _sources.LinesDropped);
        Counters("relay.reloads", "{reload}", "Reloads, by outcome.", () =>
        [
            new(_sources.Reloads().Done, Label("outcome", "done")),
            new(_sources.Reloads().Refused, Label("outcome", "refused")),
        ]);
        long started = _sources.Time.GetTimestamp();
        Meter.CreateObservableGauge(
            "relay.uptime", () => _sources.Time.GetElapsedTime(started).TotalSeconds, "s", "Time since the start.");
    }

    /// <summary>Destinations with metrics of their own.</summary>
    public int Limit { get; set; } = 20;

    private static KeyValuePair<string, object?> Label(string name, object value) => new(name, value);

    private double Age(QueueId id) =>
        id.IsNone ? 0 : Math.Max(0, (_sources.Time.GetUtcNow() - id.Created).TotalSeconds);

    private void Destinations(string name, string unit, string description, Func<DestinationCensus, long> value) =>
        Gauges(name, unit, description, () => TopDestinations.Of(_sources.Census.Take().Destinations, Limit)
            .Select(d => new Measurement<long>(value(d), Label("destination", d.Name))));

    private Histogram<double> Histogram(string name, string unit, string description, double[] buckets) =>
        Meter.CreateHistogram(
            name, unit, description, tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });

    private void Gauge(string name, string unit, string description, Func<long> value) =>
        Meter.CreateObservableGauge(name, value, unit, description);

    private void Gauges(string name, string unit, string description, Func<IEnumerable<Measurement<long>>> values) =>
        Meter.CreateObservableGauge(name, values, unit, description);

    private void Counter(string name, string unit, string description, Func<long> value) =>
        Meter.CreateObservableCounter(name, value, unit, description);

    private void Counters(string name, string unit, string description, Func<IEnumerable<Measurement<long>>> values) =>
        Meter.CreateObservableCounter(name, values, unit, description);
}
