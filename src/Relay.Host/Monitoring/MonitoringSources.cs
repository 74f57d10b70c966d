using Relay.Delivery;
using Relay.Logging;
using Relay.Queue;
using Relay.Server;

namespace Relay.Host.Monitoring;

/// <summary>What metrics, health and the page are made of.</summary>
internal sealed class MonitoringSources
{
    public required IMailQueue Queue { get; init; }

    public required SmtpServerCounters Server { get; init; }

    public required DeliveryService Delivery { get; init; }

    public required EventCounters Events { get; init; }

    public required QueueCensus Census { get; init; }

    /// <summary>Log lines lost so far.</summary>
    public required Func<long> LinesDropped { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Hears what is to be said of what is pushed.</summary>
    public required IMailLog Log { get; init; }

    /// <summary>Lets a tracer hear of mail from now on, or none.</summary>
    public required Action<MailTracer?> Trace { get; init; }

    /// <summary>Reloads that took effect, and those that were refused.</summary>
    public required Func<(long Done, long Refused)> Reloads { get; init; }
}
