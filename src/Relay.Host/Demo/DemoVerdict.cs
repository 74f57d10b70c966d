namespace Relay.Host.Demo;

/// <summary>The outcome of the demonstration. Latencies are to the 250 behind the final dot, in milliseconds.</summary>
internal sealed record DemoVerdict(
    int Accepted,
    int Delivered,
    int Lost,
    int Duplicated,
    int Corrupted,
    int Unacknowledged,
    int Refused,
    float LatencyP50,
    float LatencyP99)
{
    /// <summary>Every message that was acknowledged arrived intact and once.</summary>
    public bool IsPerfect => Accepted > 0 && Lost == 0 && Duplicated == 0 && Corrupted == 0 && Refused == 0;
}
