using Relay.Delivery;

namespace Relay.Host.Options;

/// <summary>
/// When deferred mail is tried again and given up, and when senders are told; the defaults are the delivery floor's.
/// </summary>
internal static class RetryKeys
{
    private static readonly RetryOptions Defaults = new();

    public static readonly OptionKey<TimeSpan> Initial = new(
        "retry.initial",
        OptionFormats.Duration,
        Defaults.Initial,
        "The wait after the first failed attempt; each further wait is twice as long.");

    public static readonly OptionKey<TimeSpan> Maximum = new(
        "retry.maximum",
        OptionFormats.Duration,
        Defaults.Maximum,
        "The longest wait between two attempts.");

    public static readonly OptionKey<TimeSpan> Minimum = new(
        "retry.minimum",
        OptionFormats.OptionalDuration,
        Defaults.Minimum,
        "No wait is shorter, not even for a next hop that could not be reached (Sendmail's MinQueueAge).");

    public static readonly OptionKey<TimeSpan> Lifetime = new(
        "retry.lifetime",
        OptionFormats.Duration,
        Defaults.Lifetime,
        "A message older than this is returned to its sender (Sendmail's Timeout.queuereturn.normal).");

    public static readonly OptionKey<TimeSpan> UrgentLifetime = new(
        "retry.urgentLifetime",
        OptionFormats.Duration,
        Defaults.UrgentLifetime,
        "The same for messages with `Priority: urgent` or `Precedence: special-delivery` "
        + "(Timeout.queuereturn.urgent).");

    public static readonly OptionKey<TimeSpan> NonUrgentLifetime = new(
        "retry.nonUrgentLifetime",
        OptionFormats.Duration,
        Defaults.NonUrgentLifetime,
        "The same for messages with `Priority: non-urgent` or `Precedence: bulk`, `list` or `junk` "
        + "(Timeout.queuereturn.non-urgent).");

    public static readonly OptionKey<TimeSpan> NotificationLifetime = new(
        "retry.notificationLifetime",
        OptionFormats.Duration,
        Defaults.NotificationLifetime,
        "The same for messages with the null reverse-path and for notifications (Timeout.queuereturn.dsn).");

    public static readonly OptionKey<TimeSpan> Warning = new(
        "retry.warning",
        OptionFormats.OptionalDuration,
        Defaults.Warning,
        "The sender of a message older than this is told once that it is late (Timeout.queuewarn.normal); `0s` for "
        + "never.");

    public static readonly OptionKey<TimeSpan> UrgentWarning = new(
        "retry.urgentWarning",
        OptionFormats.OptionalDuration,
        Defaults.UrgentWarning,
        "The same for urgent messages (Timeout.queuewarn.urgent).");

    public static readonly OptionKey<TimeSpan> NonUrgentWarning = new(
        "retry.nonUrgentWarning",
        OptionFormats.OptionalDuration,
        Defaults.NonUrgentWarning,
        "The same for `Priority: non-urgent` (Timeout.queuewarn.non-urgent). Mail with `Precedence: bulk`, `list` or "
        + "`junk` has no warnings.");

    public static readonly OptionKey<TimeSpan> FixedInterval = new(
        "retry.interval",
        OptionFormats.OptionalDuration,
        Defaults.FixedInterval ?? TimeSpan.Zero,
        "If set, every wait is this long (Sendmail's `-q30m`), and of the other waits only `retry.minimum` counts.");

    public static readonly OptionKey<int> Jitter = new(
        "retry.jitterPercent",
        OptionFormats.Count(0, 50),
        (int)Math.Round(Defaults.Jitter * 100),
        "Waits vary by up to this much to either side, so that a burst does not come back as one.");

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        Initial, Maximum, Minimum, FixedInterval, Jitter, Lifetime, UrgentLifetime, NonUrgentLifetime,
        NotificationLifetime, Warning, UrgentWarning, NonUrgentWarning,
    ];
}
