namespace Relay.Delivery;

/// <summary>When a deferred message is tried again, and when it is given up (RFC 5321 §4.5.4.1).</summary>
public sealed class RetryOptions
{
    /// <summary>The first wait; each further one is twice as long.</summary>
    public TimeSpan Initial { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest wait.</summary>
    public TimeSpan Maximum { get; init; } = TimeSpan.FromHours(4);

    /// <summary>A message older than this is returned. RFC 5321 asks for at least 4-5 days; Sendmail's 5 d.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(5);

    /// <summary>Waits vary by up to this fraction to either side, so that a burst does not come back as one.</summary>
    public double Jitter { get; init; } = 0.1;

    /// <summary>If set, the wait is always this (<c>-q30m</c>) and the rest but the lifetime does not count.</summary>
    public TimeSpan? FixedInterval { get; init; }
}
