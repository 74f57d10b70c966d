using Relay.Throttling;

namespace Relay.Server.Listening;

/// <summary>
/// Connections per clock second of one listener: at most N are taken in each, the rest wait in the kernel's backlog.
/// Used by one accept loop; <see cref="PerSecond"/> may be set from elsewhere.
/// </summary>
internal sealed class AcceptRate(TimeProvider time, int perSecond)
{
    private volatile WindowCounter _window = new(time, perSecond);

    /// <summary>0 is unlimited.</summary>
    public int PerSecond
    {
        get => _window.Limit;
        set => _window = value == _window.Limit ? _window : new WindowCounter(time, value);
    }

    /// <summary>Room in the present second.</summary>
    public bool HasRoom => _window.HasRoom(out _);

    /// <summary>
    /// Completes when the present second has room. A connection counts in the second in which it came
    /// (<see cref="Take"/>), not in the one in which the wait for it began.
    /// </summary>
    public async ValueTask WaitAsync(CancellationToken cancellation)
    {
        while (!_window.HasRoom(out TimeSpan retryAfter))
        {
            await Task.Delay(retryAfter, time, cancellation);
        }
    }

    /// <summary>Counts one accepted connection.</summary>
    public void Take() => _window.TryTake(out _);
}
