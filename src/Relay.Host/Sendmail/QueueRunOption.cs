namespace Relay.Host.Sendmail;

/// <summary>What <c>-q</c> says.</summary>
/// <param name="Interval">A run each time this has passed; null for one run now.</param>
/// <param name="Filters">Which messages are meant; all must match.</param>
/// <param name="Quarantined"><c>-qQ</c>: held messages are meant.</param>
internal sealed record QueueRunOption(TimeSpan? Interval, IReadOnlyList<QueueFilter> Filters, bool Quarantined)
{
    public static QueueRunOption Now { get; } = new(null, [], false);
}
