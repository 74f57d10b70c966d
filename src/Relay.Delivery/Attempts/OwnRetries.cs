using Relay.Delivery.Destinations;
using Relay.Queue;

namespace Relay.Delivery.Attempts;

/// <summary>
/// Lets no recipient wait for another's destination. A message is ready again when all its jobs have ended, and one of
/// them may be in a long line or in a transaction with a slow server; a destination that has deferred its recipients
/// meanwhile so tries them again on its own, at its own time, which is kept in RAM. They are routed anew then: their
/// domain may have been looked up meanwhile, or their route have changed. When the others have ended, what still waits
/// goes back into the queue. A crash leaves the message as it is: ready at the next start. Thread-safe; costs nothing
/// while nothing waits.
/// </summary>
internal sealed class OwnRetries(DeliveryContext context)
{
    /// <summary>About 20 MB. Further messages wait for their slowest destination.</summary>
    private const int WaitingMax = 50_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<QueueId, List<OwnRetry>> _byId = [];
    private int _waiting;
    private volatile int _count;

    /// <summary>
    /// Keeps a message for its destination's next attempt if other destinations are busy with it. The attempt's job is
    /// then to end without a time of its own, and <see cref="Start"/> to follow. Null if it is to ask for its time.
    /// </summary>
    /// <param name="recipients">Who is to be routed anew then; null if the destination is to try again.</param>
    public OwnRetry? TryKeep(QueueId id, Destination destination, ushort[]? recipients = null)
    {
        lock (_lock)
        {
            OwnRetry? retry = Find(id, destination);
            bool isWaiting = retry is { IsWaiting: true }; // of another job of the destination's: one will do
            if (context.IsStopping || !context.Queue.TryGetInfo(id, out QueueEntryInfo info)
                || info.Jobs - 1 <= CountWaiting(id)
                || (!isWaiting && (_waiting >= WaitingMax || !context.Queue.TryAddJob(id))))
            {
                return null;
            }

            retry ??= Add(id, destination);
            retry.Destination = destination;
            retry.Recipients = isWaiting && retry.Recipients is { } others && recipients is not null
                ? [.. others.Union(recipients)]
                : recipients;
            if (!isWaiting)
            {
                retry.IsWaiting = true;
                retry.Due = context.UtcNow + context.Life.Options.Initial; // should the others end before Start
                _waiting++;
            }

            return retry;
        }
    }

    /// <summary>The attempt has ended: from now on the wait counts.</summary>
    public void Start(OwnRetry retry, DateTimeOffset due)
    {
        lock (_lock)
        {
            retry.Attempts++;
            retry.Due = due;
            if (retry.IsWaiting)
            {
                context.Delays.Remove(retry.Wait); // that of another job
                context.Delays.Add(retry.Wait, due - context.UtcNow);
            }
        }
    }

    /// <summary>A job of a message has ended: if only waits are left, they are the queue's from now on.</summary>
    public void OnJobEnded(QueueId id)
    {
        context.Places.OnJobEnded(id);
        if (_count > 0)
        {
            ReturnIfLast(id);
        }
    }

    /// <summary>How many jobs of a message only wait here.</summary>
    public int WaitingOf(QueueId id)
    {
        if (_count == 0)
        {
            return 0;
        }

        lock (_lock)
        {
            return CountWaiting(id);
        }
    }

    /// <summary>Ends the waits for a destination, or all; how many that were.</summary>
    public int Expedite(string? destination)
    {
        OwnRetry[] found;
        lock (_lock)
        {
            found =
            [
                .. _byId.Values.SelectMany(static r => r).Where(r => r.IsWaiting
                    && (destination is null || IsNamed(r.Destination, destination)) && context.Delays.Remove(r.Wait)),
            ];
        }

        foreach (OwnRetry retry in found)
        {
            OnElapsed(retry);
        }

        return found.Length;
    }

    private static bool IsNamed(Destination destination, string name) =>
        string.Equals(destination.Name, name, StringComparison.OrdinalIgnoreCase);

    private OwnRetry? Find(QueueId id, Destination destination) =>
        _byId.TryGetValue(id, out List<OwnRetry>? retries)
            ? retries.Find(r => r.Destination.IsRemote == destination.IsRemote
                && IsNamed(r.Destination, destination.Name))
            : null;

    private OwnRetry Add(QueueId id, Destination destination)
    {
        if (!_byId.TryGetValue(id, out List<OwnRetry>? retries))
        {
            retries = [];
            _byId.Add(id, retries);
            _count = _byId.Count;
        }

        var retry = new OwnRetry(id, destination, OnElapsed);
        retries.Add(retry);
        return retry;
    }

    private int CountWaiting(QueueId id) =>
        _byId.TryGetValue(id, out List<OwnRetry>? retries) ? retries.Count(static r => r.IsWaiting) : 0;

    private void ReturnIfLast(QueueId id)
    {
        List<OwnRetry>? retries;
        lock (_lock)
        {
            if (!_byId.TryGetValue(id, out retries))
            {
                return;
            }

            bool isUnderWay = context.Queue.TryGetInfo(id, out QueueEntryInfo info) && info.Jobs > 0;
            if (isUnderWay && info.Jobs > retries.Count(static r => r.IsWaiting))
            {
                return;
            }

            _byId.Remove(id);
            _count = _byId.Count;
            retries.RemoveAll(static r => !r.IsWaiting);
            foreach (OwnRetry retry in retries)
            {
                retry.IsWaiting = false;
                _waiting--;
                context.Delays.Remove(retry.Wait);
            }
        }

        foreach (OwnRetry retry in retries)
        {
            context.Queue.Return(id, retry.Due);
        }
    }

    private void OnElapsed(OwnRetry retry)
    {
        ushort[]? recipients;
        lock (_lock)
        {
            if (!retry.IsWaiting || context.IsStopping)
            {
                return;
            }

            retry.IsWaiting = false;
            _waiting--;
            context.Delays.Remove(retry.Wait); // begun anew by another job between its end and now
            recipients = retry.Recipients;
        }

        if (recipients is null)
        {
            context.Router.Enqueue(retry.Id, retry.Destination);
        }
        else
        {
            context.Router.RouteLater(new UnroutedMail(retry.Id, recipients));
        }
    }
}
