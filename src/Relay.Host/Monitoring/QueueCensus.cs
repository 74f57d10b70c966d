using System.Collections.Concurrent;
using Relay.Delivery;
using Relay.Queue;

namespace Relay.Host.Monitoring;

/// <summary>
/// Counts the queue by destination. A walk over the index takes its time with a million messages, so its result stands
/// for ten seconds, or for twenty times what it took. Thread-safe.
/// </summary>
internal sealed class QueueCensus(
    IMailQueue queue,
    Func<IReadOnlyList<DestinationSummary>> destinations,
    Func<IReadOnlyList<SuspensionSummary>> suspensions,
    TimeProvider time)
{
    /// <summary>What has no destination yet, or several.</summary>
    public const string Unassigned = "unassigned";

    private const int NamesMax = 20_000;
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<uint, (string Name, string LastReply)> _names = new();
    private CensusResult? _latest;

    /// <summary>The present state, at most some seconds old; walks if there is none.</summary>
    public CensusResult Take()
    {
        lock (_gate)
        {
            if (_latest is { } latest && time.GetElapsedTime(latest.Taken) < latest.GoodFor)
            {
                return latest;
            }

            return _latest = Walk();
        }
    }

    /// <summary>
    /// Keeps the names that tags stand for: a destination is forgotten before its deferred mail is due.
    /// </summary>
    public void RememberNames()
    {
        foreach (DestinationSummary summary in destinations())
        {
            if (_names.Count < NamesMax || _names.ContainsKey(summary.Tag))
            {
                _names[summary.Tag] = (summary.Name, summary.LastReply);
            }
        }
    }

    private CensusResult Walk()
    {
        long started = time.GetTimestamp();
        RememberNames();
        var byTag = new Dictionary<uint, Tally>();
        QueueId oldest = default;
        foreach (QueueEntryInfo entry in queue.Enumerate())
        {
            oldest = oldest.IsNone ? entry.Id : oldest;
            ref Tally tally = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
                byTag, entry.Tag, out bool known);
            tally.Oldest = known ? tally.Oldest : entry.Id;
            tally.Messages++;
            tally.Deferred += entry.State == QueueEntryState.Deferred ? 1 : 0;
        }

        IReadOnlyList<DestinationCensus> found = Join(byTag);
        Forget(byTag);
        TimeSpan took = time.GetElapsedTime(started);
        return new CensusResult(started, took * 20 > FreshFor ? took * 20 : FreshFor, oldest, found);
    }

    private List<DestinationCensus> Join(Dictionary<uint, Tally> byTag)
    {
        var joined = new Dictionary<string, DestinationCensus>(StringComparer.OrdinalIgnoreCase);
        Dictionary<string, SuspensionSummary> suspended = suspensions().ToDictionary(
            static s => s.Destination, StringComparer.OrdinalIgnoreCase);
        foreach (DestinationSummary summary in destinations())
        {
            byTag.TryGetValue(summary.Tag, out Tally tally);
            var own = new DestinationCensus(
                summary.Name,
                Math.Max(tally.Messages, summary.Parked + summary.Active),
                tally.Deferred,
                summary.Active,
                summary.Connections,
                tally.Oldest.IsNone ? summary.Oldest : tally.Oldest,
                summary.LastReply,
                suspended.ContainsKey(summary.Name) ? "suspended" : BlockedBy(summary),
                suspended.GetValueOrDefault(summary.Name)?.Until ?? summary.BlockedUntil ?? summary.RateWaitUntil);
            byTag.Remove(summary.Tag);
            joined[summary.Name] = joined.TryGetValue(summary.Name, out DestinationCensus? other)
                ? Join(other, own)
                : own;
        }

        foreach ((uint tag, Tally tally) in byTag)
        {
            (string name, string lastReply) = _names.GetValueOrDefault(tag, (Unassigned, string.Empty));
            DestinationCensus one = joined.GetValueOrDefault(name)
                ?? new DestinationCensus(name, 0, 0, 0, 0, tally.Oldest, lastReply, string.Empty, null);
            joined[name] = one with
            {
                Messages = one.Messages + tally.Messages,
                Deferred = one.Deferred + tally.Deferred,
                Oldest = one.Oldest.IsNone || tally.Oldest < one.Oldest ? tally.Oldest : one.Oldest,
            };
        }

        return [.. joined.Values.OrderByDescending(static d => d.Messages).ThenBy(static d => d.Name)];
    }

    /// <summary>Two of one name, which differ in where their mail came in.</summary>
    private static DestinationCensus Join(DestinationCensus one, DestinationCensus other) => one with
    {
        Messages = one.Messages + other.Messages,
        Deferred = one.Deferred + other.Deferred,
        Active = one.Active + other.Active,
        Connections = one.Connections + other.Connections,
        Oldest = one.Oldest.IsNone || (!other.Oldest.IsNone && other.Oldest < one.Oldest) ? other.Oldest : one.Oldest,
        LastReply = one.LastReply.Length > 0 ? one.LastReply : other.LastReply,
        BlockedBy = one.BlockedBy.Length > 0 ? one.BlockedBy : other.BlockedBy,
        BlockedUntil = one.BlockedUntil ?? other.BlockedUntil,
    };

    /// <summary>One of few words, for they are a metric's label.</summary>
    private static string BlockedBy(DestinationSummary summary) =>
        summary.BlockedUntil is not null ? "backoff"
        : summary.Parked == 0 ? string.Empty
        : summary.RateWaitUntil is not null ? "rate"
        : summary.WaitsForConnections ? "connections"
        : string.Empty;

    private void Forget(Dictionary<uint, Tally> left)
    {
        var live = destinations().Select(static d => d.Tag).ToHashSet();
        foreach (uint tag in _names.Keys)
        {
            if (!live.Contains(tag) && !left.ContainsKey(tag))
            {
                _names.TryRemove(tag, out _);
            }
        }
    }

    private struct Tally
    {
        public long Messages;
        public long Deferred;
        public QueueId Oldest;
    }
}
