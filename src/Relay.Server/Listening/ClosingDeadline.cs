using Microsoft.AspNetCore.Connections;
using Relay.Throttling;

namespace Relay.Server.Listening;

/// <summary>
/// The time that a connection has for its end: what was written last must be read by the peer, or the connection is
/// cut. Without it a peer that reads nothing would keep the connection's place for ever.
/// </summary>
internal sealed class ClosingDeadline : IHeartbeatHandler, IDisposable
{
    /// <summary>The heartbeat's clock may be this old when a deadline is set.</summary>
    private const long BeatMilliseconds = 1000;

    private readonly ConnectionContext _connection;
    private readonly Heartbeat _heartbeat;
    private readonly long _deadline;

    /// <param name="timeout">Milliseconds.</param>
    public ClosingDeadline(ConnectionContext connection, Heartbeat heartbeat, long timeout)
    {
        _connection = connection;
        _heartbeat = heartbeat;
        _deadline = heartbeat.Now + timeout + BeatMilliseconds;
        heartbeat.Register(this);
    }

    public void OnHeartbeat(long now)
    {
        if (now >= _deadline)
        {
            _heartbeat.Unregister(this);
            _connection.Abort(new ConnectionAbortedException("The peer did not read the last replies."));
        }
    }

    public void Dispose() => _heartbeat.Unregister(this);
}
