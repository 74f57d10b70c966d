namespace Relay.Delivery.Scheduling;

/// <summary>
/// When a deferred message is tried again: a pure function of its age, its attempts and a random number.
/// </summary>
internal static class RetrySchedule
{
    /// <summary>
    /// The wait before the next attempt. It doubles with the attempts, but is never longer than the message is old (or
    /// the initial wait): attempts that only found a dead host come often and must not stretch the schedule.
    /// </summary>
    /// <param name="attempts">Attempts made before the one that just failed.</param>
    /// <param name="random">Uniform in [0, 1).</param>
    public static TimeSpan Delay(RetryOptions options, TimeSpan age, int attempts, double random)
    {
        if (options.FixedInterval is { } interval)
        {
            return interval;
        }

        long initial = options.Initial.Ticks;
        long doubled = attempts < 30 && initial <= (long.MaxValue >> 31) ? initial << attempts : long.MaxValue;
        long wait = Math.Min(Math.Min(doubled, Math.Max(initial, age.Ticks)), Math.Max(initial, options.Maximum.Ticks));
        double factor = 1 + (options.Jitter * ((2 * random) - 1));
        return TimeSpan.FromTicks(Math.Max(1, (long)(wait * factor)));
    }

    /// <summary>True if the message is to be returned instead of tried again.</summary>
    public static bool IsExpired(RetryOptions options, TimeSpan age) => age >= options.Lifetime;
}
