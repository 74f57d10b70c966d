namespace Relay.Delivery.Scheduling;

/// <summary>
/// The pause of a destination that no connection can be made to: doubles with each failure in a row, ends with the
/// first success. Guarded by its destination's lock.
/// </summary>
internal struct DestinationBackoff
{
    private int _failures;

    /// <summary>Heartbeat milliseconds until which no connection is tried; 0 if none failed.</summary>
    public long BlockedUntil { get; private set; }

    /// <summary>True between the first failure and the next success.</summary>
    public readonly bool IsFailing => _failures > 0;

    public readonly bool IsBlocked(long now) => now < BlockedUntil;

    /// <param name="random">
    /// Uniform in [0, 1); the pause varies by a fifth, so that destinations do not march in step.
    /// </param>
    public void Fail(long now, DeliveryOptions options, double random)
    {
        double pause = options.BackoffInitial.TotalMilliseconds * Math.Pow(2, Math.Min(_failures, 30));
        pause = Math.Min(pause, options.BackoffMaximum.TotalMilliseconds);
        BlockedUntil = now + Math.Max(1, (long)(pause * (0.8 + (0.4 * random))));
        _failures++;
    }

    public void Succeed()
    {
        _failures = 0;
        BlockedUntil = 0;
    }

    /// <summary>Ends the pause but not the doubt: the next failure pauses as long as it would have.</summary>
    public void Unblock() => BlockedUntil = 0;
}
