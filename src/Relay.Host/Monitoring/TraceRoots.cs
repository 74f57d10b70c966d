using System.Collections.Concurrent;
using Relay.Queue;

namespace Relay.Host.Monitoring;

/// <summary>
/// The reception spans of the traced messages that are in the queue, so that attempts become their children. Bounded:
/// when full, all are forgotten, and later attempts stand in their traces without a parent. Thread-safe.
/// </summary>
/// <param name="now">Messages from before were not seen coming in.</param>
/// <param name="countMax">The bound.</param>
internal sealed class TraceRoots(DateTimeOffset now, int countMax = TraceRoots.CountMax)
{
    public const int CountMax = 50_000;

    private readonly ConcurrentDictionary<QueueId, TraceRoot> _roots = new();
    private long _since = now.UtcTicks;

    public int Count => _roots.Count;

    /// <summary>
    /// The message's reception belongs to this run and is not forgotten, so it was traced or will be.
    /// </summary>
    public bool HasReception(QueueId id) => id.Created.UtcTicks >= Volatile.Read(ref _since);

    /// <summary>
    /// The message's root; made by whoever comes first, which may be an attempt: it begins while the session is still
    /// about to answer.
    /// </summary>
    public TraceRoot GetOrAdd(QueueId id, DateTimeOffset now)
    {
        if (_roots.TryGetValue(id, out TraceRoot? root))
        {
            return root;
        }

        if (_roots.Count >= countMax)
        {
            Volatile.Write(ref _since, now.UtcTicks);
            _roots.Clear();
        }

        return _roots.GetOrAdd(id, static _ => new TraceRoot());
    }

    public TraceRoot? Find(QueueId id) => _roots.GetValueOrDefault(id);

    public void Remove(QueueId id) => _roots.TryRemove(id, out _);
}
