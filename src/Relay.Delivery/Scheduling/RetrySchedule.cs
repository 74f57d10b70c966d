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

    /// <summary>
    /// The wait within the bounds: not past the time at which the message is to be returned or its delay to be told,
    /// and never below the minimum. With a fixed interval the attempts come as set, and what is due waits for them.
    /// </summary>
    /// <param name="untilEvent">How long until something is due.</param>
    public static TimeSpan Bound(RetryOptions options, TimeSpan wait, TimeSpan untilEvent)
    {
        wait = options.FixedInterval is null && untilEvent < wait ? untilEvent : wait;
        return wait < options.Minimum ? options.Minimum : wait;
    }
}
