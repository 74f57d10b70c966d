namespace Relay.Throttling;

/// <summary>
/// A load average that is read once per second, by the heartbeat, so that whoever asks does not wait for it.
/// </summary>
public sealed class LoadMonitor : ILoadAverage, IHeartbeatHandler
{
    private readonly ILoadAverage _source;
    private double _current;

    public LoadMonitor(ILoadAverage source)
    {
        _source = source;
        _current = source.OneMinute;
    }

    public double OneMinute => Volatile.Read(ref _current);

    public void OnHeartbeat(long now) => Volatile.Write(ref _current, _source.OneMinute);
}
