namespace Relay.Delivery.Scheduling;

/// <summary>The times of one message, counted from its acceptance.</summary>
/// <param name="Lifetime">It is returned when it is so old.</param>
/// <param name="Warning">Its sender is told of the delay when it is so old; zero for never.</param>
/// <param name="IsBulk"><see cref="MessageClass.IsBulk"/>.</param>
internal readonly record struct MessageLife(TimeSpan Lifetime, TimeSpan Warning, bool IsBulk)
{
    public bool IsExpired(TimeSpan age) => age >= Lifetime;

    public bool IsLate(TimeSpan age) => Warning > TimeSpan.Zero && age >= Warning;
}
