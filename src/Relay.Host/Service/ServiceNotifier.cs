using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Relay.Throttling;

namespace Relay.Host.Service;

/// <summary>
/// Tells systemd how the program is (sd_notify(3)): a datagram to the socket that NOTIFY_SOCKET names, none if it names
/// none. As long as the program lives, its heartbeat also feeds the watchdog (WATCHDOG_USEC). A service manager that
/// does not listen changes nothing. Thread-safe.
/// </summary>
internal sealed class ServiceNotifier : IHeartbeatHandler, IDisposable
{
    private readonly Socket? _socket;
    private readonly TimeProvider _time;
    private readonly long _watchdogMilliseconds;
    private Func<bool> _isAlive = static () => true;
    private long _fed = long.MinValue / 2;

    private ServiceNotifier(Socket? socket, long watchdogMilliseconds, TimeProvider time)
    {
        _socket = socket;
        _watchdogMilliseconds = watchdogMilliseconds;
        _time = time;
    }

    /// <summary>True if somebody waits to hear.</summary>
    public bool IsHeard => _socket is not null;

    /// <param name="variables">The environment; NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID count.</param>
    public static ServiceNotifier Of(Func<string, string?> variables, TimeProvider time)
    {
        bool isOurs = variables("WATCHDOG_PID") is not { Length: > 0 } pid
            || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        long watchdog = isOurs && long.TryParse(variables("WATCHDOG_USEC"), out long microseconds) && microseconds > 0
            ? microseconds / 1000
            : 0;
        return new ServiceNotifier(
            variables("NOTIFY_SOCKET") is { Length: > 1 } path ? TryConnect(path) : null, watchdog, time);
    }

    /// <summary>Feeds the watchdog from now on, as long as the program lives.</summary>
    public void Watch(Heartbeat heartbeat, Func<bool> isAlive)
    {
        _isAlive = isAlive;
        if (_watchdogMilliseconds > 0 && IsHeard)
        {
            heartbeat.Register(this);
        }
    }

    public void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    public void Reloading()
    {
        // systemd wants CLOCK_MONOTONIC, which is what the runtime's timestamps are on Linux.
        long microseconds = (long)(_time.GetTimestamp() * (1_000_000.0 / _time.TimestampFrequency));
        Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={microseconds}"));
    }

    public void Stopping(TimeSpan patience)
    {
        // Twice the patience (sessions, then deliveries) and what the last commit takes.
        long microseconds = (long)((patience * 2) + TimeSpan.FromSeconds(30)).TotalMicroseconds;
        Send(string.Create(CultureInfo.InvariantCulture, $"STOPPING=1\nEXTEND_TIMEOUT_USEC={microseconds}"));
    }

    public void OnHeartbeat(long now)
    {
        if (now - _fed >= _watchdogMilliseconds / 2 && _isAlive())
        {
            _fed = now;
            Send("WATCHDOG=1");
        }
    }

    public void Dispose() => _socket?.Dispose();

    private static Socket? TryConnect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            // A leading @ stands for the abstract name space.
            socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    private void Send(string state)
    {
        try
        {
            _socket?.Send(Encoding.UTF8.GetBytes(state));
        }
        catch (SocketException)
        {
            // The service manager is being restarted; what it must know it asks of the process.
        }
    }
}
