using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Relay.Routing.Routes;
using Relay.Throttling;

namespace Relay.Delivery.Destinations;

/// <summary>
/// The hosts that gave no session of late: each is tried after the others of its route for a while, which doubles with
/// every further failure. One success ends it. Thread-safe; a look-up takes no lock.
/// </summary>
/// <param name="maximum">The longest while.</param>
internal sealed class DeadHostTable(Heartbeat heartbeat, Func<TimeSpan> maximum)
{
    /// <summary>Beyond it, hosts that fail are not remembered: order is a help, never a condition.</summary>
    private const int HostsMax = 50_000;

    private static readonly TimeSpan First = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<Key, Entry> _hosts = new(KeyComparer.Instance);

    public bool IsDead(NextHop host) =>
        _hosts.TryGetValue(KeyOf(host), out Entry? entry) && heartbeat.Now < entry.Until;

    public void SetDead(NextHop host)
    {
        if (maximum() <= TimeSpan.Zero || (_hosts.Count >= HostsMax && !_hosts.ContainsKey(KeyOf(host))))
        {
            return;
        }

        _hosts.AddOrUpdate(
            KeyOf(host),
            static (_, table) => table.EntryAfter(0),
            static (_, entry, table) => table.Again(entry),
            this);
    }

    public void SetLive(NextHop host)
    {
        Key key = KeyOf(host);
        if (_hosts.ContainsKey(key))
        {
            _hosts.TryRemove(key, out _);
        }
    }

    /// <summary>Forgets those that were not found dead again in twice the longest while.</summary>
    public void OnHeartbeat(long now)
    {
        if (_hosts.IsEmpty)
        {
            return;
        }

        foreach (KeyValuePair<Key, Entry> host in _hosts)
        {
            if (now - host.Value.Until > (long)maximum().TotalMilliseconds)
            {
                _hosts.TryRemove(host);
            }
        }
    }

    private static Key KeyOf(NextHop host) => new(host.Host, host.Port);

    /// <summary>Failures of connections that were tried side by side are one.</summary>
    private Entry Again(Entry entry) => heartbeat.Now >= entry.Until ? EntryAfter(entry.Failures) : entry;

    private Entry EntryAfter(int failures)
    {
        double wait = Math.Min(
            First.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 20)), maximum().TotalMilliseconds);
        return new Entry(failures + 1, heartbeat.Now + (long)wait);
    }

    private readonly record struct Key(string Host, int Port);

    private sealed record Entry(int Failures, long Until);

    private sealed class KeyComparer : IEqualityComparer<Key>
    {
        public static KeyComparer Instance { get; } = new();

        public bool Equals(Key x, Key y) =>
            x.Port == y.Port && string.Equals(x.Host, y.Host, StringComparison.OrdinalIgnoreCase);

        public int GetHashCode([DisallowNull] Key key) =>
            StringComparer.OrdinalIgnoreCase.GetHashCode(key.Host) ^ key.Port;
    }
}
