using Relay.Throttling;

namespace Relay.Server.Listening;

/// <summary>
/// The load average, read once per second so that nobody else waits for it. Rounded as Sendmail rounds it.
/// </summary>
internal sealed class LoadMonitor : IHeartbeatHandler
{
    private readonly ILoadAverage _source;
    private volatile int _current;

    public LoadMonitor(ILoadAverage source)
    {
        _source = source;
        OnHeartbeat(0);
    }

    public int Current => _current;

    public void OnHeartbeat(long now) => _current = (int)Math.Clamp(_source.OneMinute + 0.5, 0, 1_000_000);
}
