using Microsoft.Extensions.Logging;
using Relay.Logging;
using Relay.Queue;
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
internal sealed class SmtpServerContext
{
    private volatile SmtpServerSettings _settings;

    public SmtpServerContext(SmtpServerSettings settings, SmtpServerServices services)
    {
        _settings = settings;
        Queue = services.Queue;
        ConnectionPolicy = services.ConnectionPolicy;
        RecipientPolicy = services.RecipientPolicy;
        Heartbeat = services.Heartbeat;
        Log = services.MailLog;
        EtrnHandler = services.EtrnHandler;
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

    /// <summary>For rare events only.</summary>
    public ILogger Logger { get; }

    public MailTransactionPool Transactions { get; }

    public DateStamp Date { get; }

    public SessionRegistry Sessions { get; } = new();

    public ConnectionLimits Limits { get; } = new();

    public SmtpServerCounters Counters { get; } = new();
}
