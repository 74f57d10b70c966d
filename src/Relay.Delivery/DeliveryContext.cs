using Relay.Delivery.Attempts;
using Relay.Delivery.Authentication;
using Relay.Delivery.Client;
using Relay.Delivery.Destinations;
using Relay.Delivery.Notifications;
using Relay.Delivery.Routing;
using Relay.Delivery.Rules;
using Relay.Delivery.Scheduling;
using Relay.Delivery.Tls;
using Relay.Dns;
using Relay.Logging;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Throttling;

namespace Relay.Delivery;

/// <summary>What all parts of delivery share: made once by <see cref="DeliveryService"/>, thread-safe.</summary>
internal sealed class DeliveryContext : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly WorkerPool _workers;
    private volatile LifeRules _life;
    private volatile NotificationOptions _notifications;
    private volatile DestinationRules _rules;
    private volatile DeliveryTls? _tls;
    private volatile DeliveryOptions _options;
    private volatile PhaseTimeouts _timeouts;
    private volatile byte[] _hostName;
    private volatile IAttemptObserver? _attempts;

    public DeliveryContext(
        IMailQueue queue,
        IRouteResolver routes,
        IHostResolver hosts,
        IMailLog log,
        Heartbeat heartbeat,
        DeliveryOptions options,
        Func<string, bool> isOwnHost,
        IAddressees addressees,
        ICredentialSource? credentials)
    {
        Credentials = credentials;
        Queue = queue;
        Routes = routes;
        Hosts = hosts;
        Addressees = addressees;
        Log = log;
        Heartbeat = heartbeat;
        _options = options;
        PresentOptions = () => _options;
        _life = new LifeRules(options.Retry);
        _notifications = options.Notifications;
        _timeouts = new PhaseTimeouts(options.Timeouts);
        Stopping = _stopping.Token;
        _hostName = System.Text.Encoding.UTF8.GetBytes(options.HostName);
        Budget = new ConnectionBudget(options.ConnectionsMax);
        Delays = new DelayQueue(heartbeat.Time);
        DeadHosts = new DeadHostTable(heartbeat, () => Options.HostStatusTimeout);
        _rules = new DestinationRules(options);
        _tls = options.Tls;
        _workers = new WorkerPool(this);
        Sites = new SiteTable(this, hosts, isOwnHost);
        Destinations = new DestinationTable(this);
        Router = new MessageRouter(this);
        Notifier = new NotificationSender(this);
        Failures = new FailureRounds(this);
        Retries = new OwnRetries(this);
        Places = new RecipientPlaces(queue);
        Arrivals = new ArrivalAddresses(this);
    }

    public IMailQueue Queue { get; }

    public IRouteResolver Routes { get; }

    public IHostResolver Hosts { get; }

    public IAddressees Addressees { get; }

    public IMailLog Log { get; }

    /// <summary>Null: this relay authenticates to nobody.</summary>
    public ICredentialSource? Credentials { get; }

    public Heartbeat Heartbeat { get; }

    /// <summary>The present ones; a reload replaces them as a whole.</summary>
    public DeliveryOptions Options => _options;

    /// <summary>Gives <see cref="Options"/>, for those who outlive a reload.</summary>
    public Func<DeliveryOptions> PresentOptions { get; }

    /// <summary>The times now in force.</summary>
    public LifeRules Life => _life;

    /// <summary>As now in force.</summary>
    public NotificationOptions Notifications => _notifications;

    /// <summary>TLS as it is now to be done; null: never.</summary>
    public DeliveryTls? Tls => _tls;

    public PhaseTimeouts Timeouts => _timeouts;

    public byte[] HostName => _hostName;

    public ConnectionBudget Budget { get; }

    /// <summary>Wakes destinations whose rates allow mail again.</summary>
    public DelayQueue Delays { get; }

    public DeadHostTable DeadHosts { get; }

    /// <summary>The rules about destinations; a reload swaps them.</summary>
    public DestinationRules Rules => _rules;

    public WorkerPool Workers => _workers;

    public SiteTable Sites { get; }

    public DestinationTable Destinations { get; }

    public SuspensionTable Suspensions { get; } = new();

    public MessageRouter Router { get; }

    /// <summary>Who may want to see deliveries; null for nobody. Set before the start.</summary>
    public IDialogueObserver? Dialogues { get; set; }

    /// <summary>Who wants to hear of attempts; null for nobody.</summary>
    public IAttemptObserver? Attempts
    {
        get => _attempts;
        set => _attempts = value;
    }

    public NotificationSender Notifier { get; }

    public FailureRounds Failures { get; }

    public OwnRetries Retries { get; }

    public RecipientPlaces Places { get; }

    public ArrivalAddresses Arrivals { get; }

    public RecipientClaims Claims { get; } = new();

    /// <summary>Cancelled when the stop begins: no new work is taken.</summary>
    public CancellationToken Stopping { get; }

    public bool IsStopping => Stopping.IsCancellationRequested;

    public DateTimeOffset UtcNow => Heartbeat.Time.GetUtcNow();

    /// <summary>Takes new options: what begins from now on is done by them.</summary>
    public void Reload(DeliveryOptions options)
    {
        _life = new LifeRules(options.Retry);
        _notifications = options.Notifications;
        _rules = new DestinationRules(options);
        _tls = options.Tls;
        _timeouts = new PhaseTimeouts(options.Timeouts);
        _hostName = System.Text.Encoding.UTF8.GetBytes(options.HostName);
        _options = options;
        Budget.Max = options.ConnectionsMax;
    }

    /// <summary>
    /// Another job of the message has ended and its time for the next attempt has come: whoever has the message in line
    /// without being able to send it holds up that one's recipients.
    /// </summary>
    public bool IsWantedElsewhere(QueueId id) => Queue.TryGetInfo(id, out QueueEntryInfo info)
        && info.NextAttempt != default && info.NextAttempt <= UtcNow;

    public Task StopAsync() => _stopping.CancelAsync();

    /// <summary>Says in the log that a message could not be worked on for a reason of our own.</summary>
    public void LogFailure(QueueId id, Exception exception)
    {
        Span<byte> text = stackalloc byte[QueueId.TextLength];
        id.Format(text);
        Log.Write(new MailEvent
        {
            Kind = MailEventKind.Daemon,
            QueueId = text,
            Reply = System.Text.Encoding.UTF8.GetBytes(exception.Message),
        });
    }

    /// <summary>Says in the log what an administrator must put right.</summary>
    public void LogAlarm(string text) => Log.Write(new MailEvent
    {
        Kind = MailEventKind.Daemon,
        Reply = System.Text.Encoding.UTF8.GetBytes(text),
    });

    public void Dispose()
    {
        Delays.Dispose();
        _stopping.Dispose();
    }
}
