using System.Buffers;
using Microsoft.Extensions.Logging;
using Relay.Logging;
using Relay.Queue;
using Relay.Server.Authentication;
using Relay.Server.Listening;
using Relay.Server.Policies;
using Relay.Server.Sessions;
using Relay.Server.Transactions;
using Relay.Throttling;

namespace Relay.Server;

/// <summary>
/// What all sessions and listeners of one server share: services, counters and the present settings. Thread-safe:
/// everything is immutable, thread-safe by itself, or swapped as a whole.
/// </summary>
internal sealed class SmtpServerContext : IDisposable
{
    private readonly ILoadAverage? _load;
    private volatile SmtpServerSettings _settings;

    /// <param name="delays">Null: its own. A test may run them on its own thread.</param>
    public SmtpServerContext(SmtpServerSettings settings, SmtpServerServices services, DelayQueue? delays = null)
    {
        _settings = settings;
        Queue = services.Queue;
        ConnectionPolicy = services.ConnectionPolicy;
        RecipientPolicy = services.RecipientPolicy;
        Heartbeat = services.Heartbeat;
        Log = services.MailLog;
        EtrnHandler = services.EtrnHandler;
        Authenticator = services.Authenticator;
        AddressVerifier = services.AddressVerifier;
        DeliveryWatcher = services.DeliveryWatcher;
        HeaderRewriter = services.HeaderRewriter;
        Delays = delays ?? new DelayQueue(services.Heartbeat.Time);
        Limits = new ConnectionLimits(services.Heartbeat);
        _load = services.LoadAverage;
        Logger = services.LoggerFactory.CreateLogger("Relay.Server");
        Transactions = new MailTransactionPool(services.Queue);
        Date = new DateStamp(services.Heartbeat.Time);
    }

    /// <summary>New sessions take these; running ones keep theirs.</summary>
    public SmtpServerSettings Settings
    {
        get => _settings;
        set => _settings = value;
    }

    public IMailQueue Queue { get; }

    public IConnectionPolicy ConnectionPolicy { get; }

    public IRecipientPolicy RecipientPolicy { get; }

    public Heartbeat Heartbeat { get; }

    public IMailLog Log { get; }

    public IEtrnHandler? EtrnHandler { get; }

    public IAuthenticator? Authenticator { get; }

    public IAddressVerifier? AddressVerifier { get; }

    public IHeaderRewriter? HeaderRewriter { get; }

    public IDeliveryWatcher? DeliveryWatcher { get; }

    /// <summary>Sessions that wait for a time to come.</summary>
    public DelayQueue Delays { get; }

    /// <summary>The load average, rounded as Sendmail rounds it; 0 if nobody measures it.</summary>
    public int Load => _load is null ? 0 : (int)Math.Clamp(_load.OneMinute + 0.5, 0, 1_000_000);

    /// <summary>For the pipes of TLS sessions.</summary>
    public MemoryPool<byte> Memory { get; init; } = MemoryPool<byte>.Shared;

    /// <summary>For rare events only.</summary>
    public ILogger Logger { get; }

    public MailTransactionPool Transactions { get; }

    public DateStamp Date { get; }

    public SessionRegistry Sessions { get; } = new();

    public ConnectionLimits Limits { get; }

    public SmtpServerCounters Counters { get; } = new();

    /// <summary>No session runs any more.</summary>
    public void Dispose()
    {
        Delays.Dispose();
        Transactions.Dispose();
    }
}
