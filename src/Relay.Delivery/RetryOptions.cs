namespace Relay.Delivery;

/// <summary>
/// When a deferred message is tried again, when its sender is told of the delay and when it is given up (RFC 5321
/// §4.5.4.1). The times count from the acceptance of the message, and there is one for each <i>priority</i> of
/// Sendmail's (<c>Timeout.queuereturn.*</c>, <c>Timeout.queuewarn.*</c>).
/// </summary>
public sealed class RetryOptions
{
    /// <summary>The first wait; each further one is twice as long.</summary>
    public TimeSpan Initial { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest wait.</summary>
    public TimeSpan Maximum { get; init; } = TimeSpan.FromHours(4);

    /// <summary>
    /// No wait is shorter, not even the one for a next hop that could not be reached (Sendmail's MinQueueAge).
    /// </summary>
    public TimeSpan Minimum { get; init; }

    /// <summary>Waits vary by up to this fraction to either side, so that a burst does not come back as one.</summary>
    public double Jitter { get; init; } = 0.1;

    /// <summary>If set, the wait is always this (<c>-q30m</c>), and of the rest only the minimum counts.</summary>
    public TimeSpan? FixedInterval { get; init; }

    /// <summary>A message older than this is returned. RFC 5321 asks for at least 4-5 days; Sendmail's 5 d.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(5);

    /// <summary>The same for urgent messages.</summary>
    public TimeSpan UrgentLifetime { get; init; } = TimeSpan.FromDays(2);

    /// <summary>The same for non-urgent messages.</summary>
    public TimeSpan NonUrgentLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The same for notifications, which nobody is told of if they cannot be delivered.</summary>
    public TimeSpan NotificationLifetime { get; init; } = TimeSpan.FromDays(5);

    /// <summary>The sender of a message older than this is told once that it is late; zero for never.</summary>
    public TimeSpan Warning { get; init; } = TimeSpan.FromHours(4);

    /// <summary>The same for urgent messages.</summary>
    public TimeSpan UrgentWarning { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The same for non-urgent messages.</summary>
    public TimeSpan NonUrgentWarning { get; init; } = TimeSpan.FromHours(12);
}
