namespace Relay.Host.Monitoring;

/// <summary>Counts of a span of time: messages accepted, recipients by outcome, refusals.</summary>
internal readonly record struct ThroughputSample(
    long Accepted, long Delivered, long Deferred, long Bounced, long Rejected)
{
    public static ThroughputSample operator +(ThroughputSample a, ThroughputSample b) => new(
        a.Accepted + b.Accepted,
        a.Delivered + b.Delivered,
        a.Deferred + b.Deferred,
        a.Bounced + b.Bounced,
        a.Rejected + b.Rejected);

    public static ThroughputSample operator -(ThroughputSample a, ThroughputSample b) => new(
        a.Accepted - b.Accepted,
        a.Delivered - b.Delivered,
        a.Deferred - b.Deferred,
        a.Bounced - b.Bounced,
        a.Rejected - b.Rejected);
}
