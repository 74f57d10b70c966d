namespace Relay.Server.Listening;

/// <summary>
/// Connections per clock second of one listener: at most N are taken in each, the rest wait in the kernel's backlog.
/// Used by one accept loop; only <see cref="PerSecond"/> may be set from elsewhere.
/// </summary>
internal sealed class AcceptRate(TimeProvider time, int perSecond)
{
    private int _perSecond = perSecond;
    private long _second;
    private int _taken;

    /// <summary>0 is unlimited.</summary>
    public int PerSecond
    {
        get => Volatile.Read(ref _perSecond);
        set => Volatile.Write(ref _perSecond, value);
    }

    /// <summary>Room in the present second.</summary>
    public bool HasRoom
    {
        get
        {
            int limit = PerSecond;
            return limit <= 0 || Enter() < limit;
        }
    }

    /// <summary>
    /// Completes when the present second has room. What is accepted afterwards is counted by <see cref="Take"/> in the
    /// second in which it was: an accept that waited into a later second finds that one empty.
    /// </summary>
    public async ValueTask WaitAsync(CancellationToken cancellation)
    {
        while (!HasRoom)
        {
            long rest = TimeSpan.TicksPerSecond - (time.GetUtcNow().Ticks % TimeSpan.TicksPerSecond);
            await Task.Delay(TimeSpan.FromTicks(rest), time, cancellation);
        }
    }

    /// <summary>Counts one accepted connection.</summary>
    public void Take()
    {
        Enter();
        _taken++;
    }

    private int Enter()
    {
        long second = time.GetUtcNow().Ticks / TimeSpan.TicksPerSecond;
        if (second != _second)
        {
            _second = second;
            _taken = 0;
        }

        return _taken;
    }
}
