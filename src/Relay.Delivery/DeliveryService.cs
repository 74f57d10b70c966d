using System.Text;
using Relay.Delivery.Authentication;
using Relay.Delivery.Destinations;
using Relay.Delivery.Notifications;
using Relay.Delivery.Rules;
using Relay.Dns;
using Relay.Logging;
using Relay.Queue;
using Relay.Routing.Clients;
using Relay.Routing.Routes;
using Relay.Smtp;
using Relay.Throttling;

namespace Relay.Delivery;

/// <summary>
/// Delivers what the queue says is ready: give it to <see cref="IMailQueue.Start"/>, stop it with
/// <see cref="StopAsync"/> before the queue is disposed. All members are thread-safe.
/// </summary>
public sealed class DeliveryService : IQueueConsumer, IHeartbeatHandler, IAsyncDisposable
{
    private readonly DeliveryContext _context;
    private int _stopped;

    /// <param name="isOwnHost">
    /// Tells our own names (class w), without dots at their ends and in any case, for MX records that point back to us;
    /// null for the host name of the options alone. Must be quick and thread-safe.
    /// </param>
    /// <param name="addressees">Null if notifications go to the addresses as they are.</param>
    /// <param name="credentials">How servers are authenticated to; null for none.</param>
    public DeliveryService(
        IMailQueue queue,
        IRouteResolver routes,
        IHostResolver hosts,
        IMailLog log,
        Heartbeat heartbeat,
        DeliveryOptions options,
        Func<string, bool>? isOwnHost = null,
        IAddressees? addressees = null,
        ICredentialSource? credentials = null)
    {
        isOwnHost ??= name => string.Equals(name, options.HostName, StringComparison.OrdinalIgnoreCase);
        _context = new DeliveryContext(
            queue,
            routes,
            hosts,
            log,
            heartbeat,
            options,
            isOwnHost,
            addressees ?? SameAddressees.Instance,
            credentials);
        _context.Router.Start();
        heartbeat.Register(this);
    }

    /// <summary>Who may want to see deliveries. Set before the queue is started.</summary>
    public IDialogueObserver? Dialogues
    {
        get => _context.Dialogues;
        set => _context.Dialogues = value;
    }

    /// <summary>
    /// Finds the names of our own addresses, for mail that goes on under the name of the one that it came in on; null:
    /// it goes on under our host name. Set before the queue is started.
    /// </summary>
    public ClientResolver? AddressNames
    {
        get => _context.Arrivals.Resolver;
        set => _context.Arrivals.Resolver = value;
    }

    /// <summary>Who wants to hear of attempts; null for nobody. May be changed at any time.</summary>
    public IAttemptObserver? Attempts
    {
        get => _context.Attempts;
        set => _context.Attempts = value;
    }

    /// <summary>Messages that wait for their routes to be found.</summary>
    public int Unrouted => _context.Router.Unrouted + _context.Sites.Waiting;

    /// <summary>Outbound connections, those being made included.</summary>
    public int Connections => _context.Budget.Used;

    public void Ready(QueueId id, uint tag, Envelope? envelope)
    {
        if (!_context.IsStopping)
        {
            _context.Router.Route(id, tag, envelope);
        }
    }

    /// <summary>
    /// Takes other options. Times count for messages in the queue from their next attempt on, limits for live
    /// destinations at once; connections, attempts and waits that are under way end by the old ones. Suspensions that
    /// no administrator ordered end, as what caused them may be mended. Keys that are not reloadable are those of the
    /// start.
    /// </summary>
    public void Reload(DeliveryOptions options)
    {
        _context.Reload(options);
        _context.Sites.Forget();
        foreach (Destination destination in _context.Destinations.All())
        {
            destination.Control.ApplyRules();
        }

        foreach (SuspensionSummary suspension in SummarizeSuspensions())
        {
            if (!suspension.IsManual)
            {
                Resume(suspension.Destination);
            }
        }
    }

    /// <summary>
    /// The tables that tell routes have changed: mail that waits where nothing is sent for now follows them at once,
    /// out of a suspended line, too.
    /// </summary>
    public void FollowRoutes()
    {
        foreach (Destination destination in _context.Destinations.All())
        {
            destination.Control.FollowRoutes();
        }
    }

    /// <summary>What every destination does at the moment, by name.</summary>
    public IReadOnlyList<DestinationSummary> SummarizeDestinations() =>
        [
            .. _context.Destinations.All()
                .Select(static d => d.Summarize())
                .OrderBy(static s => s.Name, StringComparer.Ordinal),
        ];

    /// <summary>The destination that a message's tag names; null if none is known by it any more.</summary>
    public DestinationSummary? FindDestination(uint tag) =>
        _context.Destinations.TryGet(tag, out Destination? destination) ? destination.Summarize() : null;

    /// <summary>
    /// Ends the pause of a destination, or of all if none is named; what waits in line is attempted at once. An MX
    /// route (<c>mx:example.org</c>) stands for the destination that serves it.
    /// </summary>
    /// <returns>The tag of the last one unblocked, 0 if there was none.</returns>
    public uint Unblock(string? destination = null)
    {
        uint number = 0;
        destination = destination is null ? null : _context.Sites.DestinationOf(destination);
        foreach (Destination each in _context.Destinations.All())
        {
            if (destination is null || string.Equals(each.Name, destination, StringComparison.OrdinalIgnoreCase))
            {
                each.Control.Unblock();
                number = each.Number;
            }
        }

        return number;
    }

    /// <summary>
    /// Finds the destination that somebody means by its name, by that of an MX route (<c>mx:example.org</c>), or by a
    /// recipient domain, whose mail hosts are looked up. It need not have mail now.
    /// </summary>
    /// <returns>Its name, or null and why there is none.</returns>
    public async ValueTask<(string? Name, string Problem)> FindDestinationAsync(string text)
    {
        string name = _context.Sites.DestinationOf(text);
        if (_context.Suspensions.TryGet(name, out _) || Named(name).Any())
        {
            return (name, string.Empty);
        }

        if (!DestinationPattern.TryParse(text, out DestinationPattern pattern))
        {
            return (null, "is neither a destination as the summary names it nor a domain");
        }

        if (!pattern.IsExactDomain)
        {
            return pattern.IsDestination ? (name, string.Empty) : (null, "is no single destination");
        }

        Route route = (await _context.Router.ResolveAsync(Encoding.UTF8.GetBytes($"someone@{text}"))).Route;
        return route.Kind is RouteKind.Smtp or RouteKind.Lmtp
            ? (route.Name, string.Empty)
            : (null, $"is no destination that mail is sent to: {route.Kind} {route.Text}".TrimEnd());
    }

    /// <summary>
    /// Suspends the destination of this name, or of an MX route of this name, whether it has mail now or not.
    /// </summary>
    /// <param name="reason">In words; the log, the summary and notifications show it.</param>
    /// <param name="duration">Null until it is resumed.</param>
    /// <param name="isManual">See <see cref="SuspensionSummary.IsManual"/>.</param>
    /// <returns>What is in force now, under the destination's name.</returns>
    public SuspensionSummary Suspend(string destination, string reason, TimeSpan? duration, bool isManual)
    {
        DateTimeOffset now = _context.UtcNow;
        return Suspend(new SuspensionSummary(destination, reason, now, now + duration, isManual));
    }

    /// <summary>The same with times of the caller, for suspensions of an earlier run.</summary>
    public SuspensionSummary Suspend(SuspensionSummary order)
    {
        string name = _context.Sites.DestinationOf(order.Destination);
        var suspension = new Suspension(order.Reason, order.Since, order.Until, order.IsManual);
        Suspension present = _context.Suspensions.Add(name, suspension);
        foreach (Destination each in Named(name))
        {
            each.Control.Suspend(suspension);
        }

        return present.Summarize(name);
    }

    /// <summary>Ends a suspension; false if there was none.</summary>
    public bool Resume(string destination)
    {
        string name = _context.Sites.DestinationOf(destination);
        bool was = _context.Suspensions.TryGet(name, out _);
        _context.Suspensions.Remove(name);
        foreach (Destination each in Named(name))
        {
            each.Control.Resume();
        }

        return was;
    }

    /// <summary>What is suspended, by name.</summary>
    public IReadOnlyList<SuspensionSummary> SummarizeSuspensions() =>
    [
        .. _context.Suspensions.All()
            .Where(s => !s.Value.IsOver(_context.UtcNow))
            .Select(static s => s.Value.Summarize(s.Key))
            .OrderBy(static s => s.Destination, StringComparer.Ordinal),
    ];

    /// <summary>
    /// Attempts what waits for a destination, or for any if none is named, at once: pauses end, and its deferred
    /// messages are made ready. Messages whose destination is not known without reading them are made ready too.
    /// </summary>
    /// <returns>Messages made ready, not counting those that were waiting in line.</returns>
    public int Flush(string? destination = null)
    {
        Unblock(destination);
        HashSet<uint> tags = destination is null
            ? []
            : [.. Named(_context.Sites.DestinationOf(destination)).Select(static d => d.Number)];
        int count = _context.Retries.Expedite(destination is null ? null : _context.Sites.DestinationOf(destination));
        foreach (QueueEntryInfo entry in _context.Queue.Enumerate())
        {
            bool wanted = destination is null || tags.Contains(entry.Tag)
                || !_context.Destinations.TryGet(entry.Tag, out _);
            if (entry.State == QueueEntryState.Deferred && wanted && _context.Queue.Expedite(entry.Id))
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>
    /// Stops taking work, lets transactions that are under way finish for so long, breaks the rest off. Their
    /// messages stay in the queue.
    /// </summary>
    public async Task StopAsync(TimeSpan patience)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            return;
        }

        await _context.StopAsync();
        foreach (Destination destination in _context.Destinations.All())
        {
            destination.EndIdle();
        }

        Task router = _context.Router.StopAsync();
        Task all = Task.WhenAll(_context.Workers.WhenIdle(), router);
        try
        {
            await all.WaitAsync(patience, _context.Heartbeat.Time);
        }
        catch (TimeoutException)
        {
            _context.Workers.AbortAll();
            await all;
        }

        await _context.Failures.WhenIdle();
        _context.Heartbeat.Unregister(this);
        _context.Workers.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        _context.Dispose();
    }

    private IEnumerable<Destination> Named(string name) =>
        _context.Destinations.All().Where(d => string.Equals(d.Name, name, StringComparison.OrdinalIgnoreCase));

    void IHeartbeatHandler.OnHeartbeat(long now)
    {
        _context.Sites.OnHeartbeat(now);
        _context.DeadHosts.OnHeartbeat(now);
        foreach (Destination destination in _context.Destinations.All())
        {
            if (destination.OnHeartbeat(now))
            {
                _context.Destinations.Remove(destination);
            }
        }
    }
}
