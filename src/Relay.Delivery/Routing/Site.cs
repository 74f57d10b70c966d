using Relay.Delivery.Destinations;
using Relay.Queue;
using Relay.Routing.Routes;

namespace Relay.Delivery.Routing;

/// <summary>
/// What is known of one route that needs MX look-ups, the look-up under way, and the messages that wait for it: they
/// cost eight octets each and no thread. Thread-safe.
/// </summary>
internal sealed class Site(DeliveryContext context, Route source)
{
    /// <summary>How long what was known may still serve where nothing may wait.</summary>
    private const long StaleMilliseconds = 300_000;

    private readonly Lock _lock = new();
    private volatile Known? _known;
    private long _lastUsed;

    // Under _lock:
    private QueueIdFifo _waiting;
    private List<UnroutedMail>? _waitingParts;
    private Task? _lookup;

    /// <summary>The route as the resolver of routes gave it.</summary>
    public Route Source => source;

    /// <summary>Nothing waits for it and nobody asked for so long.</summary>
    public bool IsIdle(long now, long milliseconds)
    {
        lock (_lock)
        {
            return _lookup is null && now - Volatile.Read(ref _lastUsed) >= milliseconds;
        }
    }

    /// <summary>The route to serve now; false if it must be looked up first, which was begun.</summary>
    public bool TryGet(out Route route)
    {
        long now = Touch();
        Known? known = _known;
        if (known is null || now >= known.FreshUntil)
        {
            Begin(now);
            known = _known;
        }

        route = known?.Route!;
        return known is not null && now < known.FreshUntil;
    }

    /// <summary>
    /// The route as last known, for those who must not wait, while what is old is looked up anew; false if it is
    /// unknown.
    /// </summary>
    public bool TryGetKnown(out Route route)
    {
        long now = Touch();
        Known? known = _known;
        if (known is null || now >= known.FreshUntil)
        {
            Begin(now);
            known = _known;
        }

        route = known?.Route!;
        return known is not null && now < known.FreshUntil + StaleMilliseconds;
    }

    /// <summary>Waits for the route.</summary>
    /// <exception cref="OperationCanceledException">The program stops.</exception>
    public async ValueTask<Route> GetAsync()
    {
        if (TryGet(out Route route))
        {
            return route;
        }

        Task? lookup;
        lock (_lock)
        {
            lookup = _lookup;
        }

        if (lookup is not null)
        {
            await lookup;
        }

        context.Stopping.ThrowIfCancellationRequested();
        return _known!.Route;
    }

    /// <summary>
    /// Lets a message wait for the look-up that is under way; it is routed anew when that ends. False: it has ended.
    /// </summary>
    public bool TryPark(UnroutedMail mail)
    {
        lock (_lock)
        {
            if (_lookup is null)
            {
                return false;
            }

            if (mail.Recipients is null)
            {
                _waiting.Enqueue(mail.Id);
            }
            else
            {
                (_waitingParts ??= []).Add(mail);
            }

            return true;
        }
    }

    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count + (_waitingParts?.Count ?? 0);
            }
        }
    }

    /// <summary>What is known serves nobody any more who may wait.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _known = _known is { } known
                ? known with { FreshUntil = Math.Min(known.FreshUntil, context.Heartbeat.Now) }
                : null;
        }
    }

    private long Touch()
    {
        long now = context.Heartbeat.Now;
        if (Volatile.Read(ref _lastUsed) != now)
        {
            Volatile.Write(ref _lastUsed, now);
        }

        return now;
    }

    private void Begin(long now)
    {
        TaskCompletionSource ended;
        lock (_lock)
        {
            if (_lookup is not null || (_known is { } known && now < known.FreshUntil) || context.IsStopping)
            {
                return;
            }

            ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _lookup = ended.Task;
        }

        _ = LookUpAsync(ended);
    }

    /// <summary>The boundary of a look-up: whatever goes wrong, those that wait go on.</summary>
    private async Task LookUpAsync(TaskCompletionSource ended)
    {
        SiteRoute found;
        try
        {
            found = await context.Sites.Resolver.ResolveAsync(source, context.Stopping);
        }
        catch (Exception)
        {
            found = new SiteRoute(UnresolvedRoute.Instance, TimeSpan.Zero);
        }

        if (found.Alarm is { } alarm)
        {
            context.LogAlarm(alarm);
        }

        QueueIdFifo waiting;
        List<UnroutedMail>? waitingParts;
        lock (_lock)
        {
            long until = context.Heartbeat.Now + Math.Max(1, (long)found.Lifetime.TotalMilliseconds);
            _known = new Known(found.Route, until);
            _lookup = null;
            waiting = _waiting;
            _waiting = default;
            waitingParts = _waitingParts;
            _waitingParts = null;
        }

        ended.SetResult();
        while (waiting.TryDequeue(out QueueId id))
        {
            context.Router.RouteLater(new UnroutedMail(id));
        }

        foreach (UnroutedMail part in waitingParts ?? [])
        {
            context.Router.RouteLater(part);
        }
    }

    private sealed record Known(Route Route, long FreshUntil);
}
