using System.Collections.Concurrent;

namespace Relay.Throttling;

/// <summary>
/// The one timer of the program: it calls every registered handler once per second of the injected clock. Deadlines are
/// one <c>long</c> per connection that the handler compares with <see cref="Now"/>; setting one allocates nothing.
/// </summary>
public sealed class Heartbeat : IDisposable
{
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly ConcurrentDictionary<IHeartbeatHandler, byte> _handlers = new(ReferenceEqualityComparer.Instance);
    private long _now;
    private int _ticking;

    public Heartbeat(TimeProvider time)
    {
        _time = time;
        _now = Read();
        TimeSpan beat = TimeSpan.FromSeconds(1);
        _timer = time.CreateTimer(static state => ((Heartbeat)state!).Tick(), this, beat, beat);
    }

    public TimeProvider Time => _time;

    /// <summary>Told what a handler let escape; the other handlers are called all the same, and it is again.</summary>
    public Action<Exception>? OnFailure { get; set; }

    /// <summary>Milliseconds of a monotonic clock, read at the last tick (at most about a second old).</summary>
    public long Now => Volatile.Read(ref _now);

    public void Register(IHeartbeatHandler handler) => _handlers.TryAdd(handler, 0);

    public void Unregister(IHeartbeatHandler handler) => _handlers.TryRemove(handler, out _);

    /// <summary>Runs one beat now; the timer calls it, and tests with an injected clock may.</summary>
    public void Tick()
    {
        Volatile.Write(ref _now, Read());
        if (Interlocked.Exchange(ref _ticking, 1) != 0)
        {
            return; // the previous beat is still running: skip, never overlap
        }

        try
        {
            long now = Now;
            foreach (KeyValuePair<IHeartbeatHandler, byte> handler in _handlers)
            {
                try
                {
                    handler.Key.OnHeartbeat(now);
                }
                catch (Exception exception)
                {
                    // Let out of a timer's callback it would end the process.
                    OnFailure?.Invoke(exception);
                }
            }
        }
        finally
        {
            Volatile.Write(ref _ticking, 0);
        }
    }

    public void Dispose() => _timer.Dispose();

    private long Read() => (long)_time.GetElapsedTime(0).TotalMilliseconds;
}
