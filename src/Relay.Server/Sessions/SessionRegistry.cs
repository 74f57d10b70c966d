using System.Collections.Concurrent;

namespace Relay.Server.Sessions;

/// <summary>The sessions that run now, so that a stop reaches them. Thread-safe.</summary>
internal sealed class SessionRegistry
{
    private readonly ConcurrentDictionary<SmtpSession, byte> _sessions = new(ReferenceEqualityComparer.Instance);
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    public int Count => _sessions.Count;

    /// <summary>Completes when a stop was requested and no session runs any more.</summary>
    public Task Drained => _drained.Task;

    public void Add(SmtpSession session)
    {
        _sessions.TryAdd(session, 0);
        if (_stopping)
        {
            session.RequestStop();
        }
    }

    public void Remove(SmtpSession session)
    {
        _sessions.TryRemove(session, out _);
        CheckDrained();
    }

    /// <summary>Asks every session, also later ones, to end with its transaction.</summary>
    public void RequestStop()
    {
        _stopping = true;
        foreach (KeyValuePair<SmtpSession, byte> session in _sessions)
        {
            session.Key.RequestStop();
        }

        CheckDrained();
    }

    /// <summary>Asks every session to end now.</summary>
    public void RequestEnd()
    {
        foreach (KeyValuePair<SmtpSession, byte> session in _sessions)
        {
            session.Key.RequestEnd();
        }
    }

    /// <summary>Cuts every connection.</summary>
    public void Abort()
    {
        foreach (KeyValuePair<SmtpSession, byte> session in _sessions)
        {
            session.Key.Abort();
        }
    }

    private void CheckDrained()
    {
        if (_stopping && _sessions.IsEmpty)
        {
            _drained.TrySetResult();
        }
    }
}
