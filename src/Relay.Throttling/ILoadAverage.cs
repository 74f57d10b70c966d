namespace Relay.Throttling;

/// <summary>How busy the machine is. Thread-safe.</summary>
public interface ILoadAverage
{
    /// <summary>Processes that ran or waited for a processor or disk, averaged over a minute.</summary>
    double OneMinute { get; }
}
