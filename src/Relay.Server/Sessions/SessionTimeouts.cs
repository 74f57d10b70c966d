namespace Relay.Server.Sessions;

/// <summary>
/// The deadlines of one session. The session's loop says what it waits for; the heartbeat compares one <c>long</c>.
/// Nothing here allocates. Written by the session's loop, read by the heartbeat: the deadline is written before the
/// phase that makes it count.
/// </summary>
internal sealed class SessionTimeouts
{
    /// <summary>The heartbeat's clock may be this old when a deadline is set.</summary>
    private const long BeatMilliseconds = 1000;

    private readonly SmtpServerSettings _settings;
    private long _deadline = long.MaxValue;
    private int _phase;
    private long _contentOctets;
    private long _contentBeats;

    public SessionTimeouts(SmtpServerSettings settings)
    {
        _settings = settings;
    }

    public SessionPhase Phase => (SessionPhase)Volatile.Read(ref _phase);

    /// <summary>The loop begins to wait for something.</summary>
    /// <param name="now">The heartbeat's clock.</param>
    /// <param name="restarts">
    /// False if the wait goes on that began before: part of a command does not buy more time for its rest.
    /// </param>
    public void Enter(SessionPhase phase, long now, bool restarts)
    {
        if (restarts)
        {
            long timeout = phase switch
            {
                SessionPhase.Command => _settings.CommandTimeout,
                SessionPhase.Content => _settings.ContentTimeout,
                SessionPhase.Handshake => _settings.HandshakeTimeout,
                _ => _settings.ReplyTimeout,
            };
            Volatile.Write(ref _deadline, now + timeout + BeatMilliseconds);
        }

        Volatile.Write(ref _phase, (int)phase);
    }

    /// <summary>The wait is over.</summary>
    public void Leave() => Volatile.Write(ref _phase, (int)SessionPhase.Working);

    /// <summary>A message's content begins: its rate counts from here.</summary>
    public void BeginContent()
    {
        Volatile.Write(ref _contentBeats, 0);
        Volatile.Write(ref _contentOctets, 0);
    }

    public void AddContent(long octets) => Volatile.Write(ref _contentOctets, _contentOctets + octets);

    /// <summary>
    /// True if the peer is too late or its content too slow. Called by the heartbeat once a second.
    /// </summary>
    public bool OnBeat(long now)
    {
        SessionPhase phase = Phase;
        if (phase == SessionPhase.Working)
        {
            return false;
        }

        if (now >= Volatile.Read(ref _deadline))
        {
            return true;
        }

        if (_settings.ContentRateMin == 0 || phase != SessionPhase.Content)
        {
            return false;
        }

        // Only beats during which we waited for content count: our own slowness is not the peer's.
        long seconds = Volatile.Read(ref _contentBeats) + 1;
        Volatile.Write(ref _contentBeats, seconds);
        return seconds * 1000 > _settings.ContentRateGrace
            && Volatile.Read(ref _contentOctets) < seconds * _settings.ContentRateMin;
    }
}
