namespace Relay.Throttling;

/// <summary>Called by the <see cref="Heartbeat"/> about once a second; must be quick and must not throw.</summary>
public interface IHeartbeatHandler
{
    /// <param name="now">The heartbeat's clock in milliseconds (<see cref="Heartbeat.Now"/>).</param>
    void OnHeartbeat(long now);
}
