using Relay.Delivery;

namespace Relay.Host.Options;

/// <summary>When deferred mail is tried again; the defaults are the delivery floor's.</summary>
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

    public static readonly OptionKey<TimeSpan> Lifetime = new(
        "retry.lifetime",
        OptionFormats.Duration,
        Defaults.Lifetime,
        "A message older than this is returned to its sender.");

    public static readonly OptionKey<TimeSpan> FixedInterval = new(
        "retry.interval",
        OptionFormats.OptionalDuration,
        Defaults.FixedInterval ?? TimeSpan.Zero,
        "If set, every wait is this long (Sendmail's `-q30m`), and `retry.initial` and `retry.maximum` do not count.");

    public static readonly OptionKey<int> Jitter = new(
        "retry.jitterPercent",
        OptionFormats.Count(0, 50),
        (int)Math.Round(Defaults.Jitter * 100),
        "Waits vary by up to this much to either side, so that a burst does not come back as one.");

    public static IReadOnlyList<OptionKey> All { get; } = [Initial, Maximum, Lifetime, FixedInterval, Jitter];
}
