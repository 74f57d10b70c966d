namespace Relay.Host.Demo;

/// <summary>How much the demonstration does. It is over when either bound is reached.</summary>
internal sealed record DemoPlan
{
    /// <summary>How long mail is sent.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Messages at most; each takes a few octets of memory for the final check.</summary>
    public int MessagesMax { get; init; } = 1_000_000;

    public int Sessions { get; init; } = 20;

    /// <summary>Octets of each message.</summary>
    public int MessageSize { get; init; } = 2048;

    /// <summary>How long the rest may take to arrive after the last message was accepted.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(20);
}
