using System.Collections.Concurrent;
using System.Threading.Channels;
using Relay.Delivery.Client;
using Relay.Delivery.Routing;
using Relay.Logging;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Smtp;

namespace Relay.Delivery.Destinations;

/// <summary>
/// Finds the destinations of a ready message and puts its id into their lines. With the envelope at hand and known
/// routes that happens on the spot; otherwise a few loops open the message and wait for the routes, so that a slow
/// name server holds up no one. Thread-safe.
/// </summary>
internal sealed class MessageRouter(DeliveryContext context)
{
    private const int Loops = 16;

    private readonly Channel<UnroutedMail> _unrouted = Channel.CreateUnbounded<UnroutedMail>();
    private readonly ConcurrentDictionary<QueueId, uint> _forgotten = new();
    private readonly Task[] _loops = new Task[Loops];
    private int _forgottenCount;
    private int _waiting;

    [ThreadStatic]
    private static List<Destination>? _scratch;

    [ThreadStatic]
    private static List<uint>? _scratchNumbers;

    /// <summary>Messages that wait for their routes, those being looked at included.</summary>
    public int Unrouted => Volatile.Read(ref _waiting);

    public void Start()
    {
        for (int i = 0; i < Loops; i++)
        {
            _loops[i] = RunAsync();
        }
    }

    public Task StopAsync()
    {
        _unrouted.Writer.TryComplete();
        return Task.WhenAll(_loops);
    }

    /// <summary>A message is ready: see <see cref="IQueueConsumer.Ready"/>.</summary>
    public void Route(QueueId id, uint tag, Envelope? envelope)
    {
        if (tag != 0 && !IsForgotten(id) && context.Destinations.TryGet(tag, out Destination? destination))
        {
            context.Queue.Assign(id, 1, tag);
            if (destination.TryEnqueue(id))
            {
                return;
            }
        }
        else if (envelope is not null && TryRoute(id, envelope))
        {
            return;
        }

        RouteLater(new UnroutedMail(id));
    }

    /// <summary>
    /// The message does not belong to the destination that its tag names: route it anew when it is ready.
    /// </summary>
    public void ForgetTag(QueueId id, uint tag)
    {
        if (_forgotten.TryAdd(id, tag))
        {
            Interlocked.Increment(ref _forgottenCount);
        }
    }

    /// <summary>Routes a message once one of the loops gets to it.</summary>
    public void RouteLater(UnroutedMail mail)
    {
        Interlocked.Increment(ref _waiting);
        _unrouted.Writer.TryWrite(mail);
    }

    /// <summary>Routes some recipients of a message that has a job under way, by one more of their own.</summary>
    public void RouteMore(QueueId id, ushort[] recipients)
    {
        if (context.Queue.TryAddJob(id))
        {
            RouteLater(new UnroutedMail(id, recipients));
        }
    }

    /// <summary>Puts a job into its destination's line.</summary>
    public void Enqueue(QueueId id, Destination destination)
    {
        while (!destination.TryEnqueue(id))
        {
            context.Destinations.Remove(destination); // forgotten between the look-up and now
            destination = context.Destinations.Get(destination.Route, destination.Arrival);
        }
    }

    /// <summary>
    /// Waits for a route and the hosts that serve it; <see cref="UnresolvedRoute"/> if it cannot be found for now.
    /// </summary>
    public async ValueTask<RecipientRoute> ResolveAsync(byte[] forwardPath)
    {
        RecipientRoute route = await ResolveRouteAsync(forwardPath);
        try
        {
            return route with { Route = await context.Sites.GetAsync(route.Route) };
        }
        catch (OperationCanceledException)
        {
            return new RecipientRoute(UnresolvedRoute.Instance);
        }
    }

    private bool IsForgotten(QueueId id)
    {
        if (Volatile.Read(ref _forgottenCount) == 0 || !_forgotten.TryRemove(id, out _))
        {
            return false;
        }

        Interlocked.Decrement(ref _forgottenCount);
        return true;
    }

    private async ValueTask<RecipientRoute> ResolveRouteAsync(byte[] forwardPath)
    {
        try
        {
            return await context.Routes.ResolveAsync(forwardPath, context.Stopping);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            return new RecipientRoute(UnresolvedRoute.Instance);
        }
    }

    private bool TryRoute(QueueId id, Envelope envelope)
    {
        List<Destination> destinations = _scratch ??= [];
        List<uint> numbers = _scratchNumbers ??= [];
        destinations.Clear();
        numbers.Clear();
        Site? unknown = null;
        for (int ordinal = 0; ordinal < envelope.RecipientCount; ordinal++)
        {
            if (!context.Routes.TryResolve(envelope.GetRecipient(ordinal).ForwardPath, out RecipientRoute route))
            {
                return false;
            }

            if (!context.Sites.TryGet(route.Route, out Route found, out Site? site))
            {
                unknown ??= site; // all look-ups begin at once; the message waits for one after the other
                continue;
            }

            numbers.Add(Add(destinations, found, envelope));
        }

        if (unknown is not null)
        {
            return unknown.TryPark(new UnroutedMail(id));
        }

        Dispatch(id, destinations, numbers);
        foreach (Destination destination in destinations)
        {
            if (destination.IsPaused)
            {
                LogParked(id, envelope, destination);
            }
        }

        return true;
    }

    /// <summary>A new message for a destination that is known to be down: its line in the log comes at once.</summary>
    private void LogParked(QueueId id, Envelope envelope, Destination destination)
    {
        Span<byte> text = stackalloc byte[QueueId.TextLength];
        id.Format(text);
        DeliveryFailure failure = destination.LastFailure;
        for (int ordinal = 0; ordinal < envelope.RecipientCount; ordinal++)
        {
            ReadOnlySpan<byte> forwardPath = envelope.GetRecipient(ordinal).ForwardPath;
            if (context.Routes.TryResolve(forwardPath, out RecipientRoute route)
                && context.Sites.TryGetKnown(route.Route, out Route found)
                && destination.Serves(found, Arrival.Of(envelope, found)))
            {
                context.Log.Write(new MailEvent
                {
                    Kind = MailEventKind.Deferred,
                    QueueId = text,
                    Recipient = forwardPath,
                    Peer = failure.Peer,
                    Via = destination.NameOctets,
                    Reply = failure.Text,
                    RecipientCount = 1,
                    Delay = TimeSpan.Zero,
                });
            }
        }
    }

    /// <returns>The number of the route's destination, which is now among those given.</returns>
    private uint Add(List<Destination> destinations, Route route, Envelope envelope)
    {
        Arrival arrival = Arrival.Of(envelope, route);
        foreach (Destination known in destinations)
        {
            if (known.Serves(route, arrival))
            {
                return known.Number;
            }
        }

        Destination added = context.Destinations.Get(route, arrival);
        destinations.Add(added);
        return added.Number;
    }

    /// <param name="numbers">Of the destination of each recipient; 0 for those who are done.</param>
    private void Dispatch(QueueId id, List<Destination> destinations, List<uint> numbers)
    {
        if (destinations.Count > 1)
        {
            context.Claims.Forget(id, numbers.Count);
        }

        context.Places.Begin(id, numbers, isSplit: destinations.Count > 1);

        bool isTagged = destinations.Count == 1 && destinations[0].Route.Kind != RouteKind.Error; // errors may pass
        context.Queue.Assign(id, destinations.Count, isTagged ? destinations[0].Number : 0);
        foreach (Destination destination in destinations)
        {
            Enqueue(id, destination);
        }
    }

    /// <summary>
    /// Other jobs of the message are under way: one more for each destination but the first, whose job is held.
    /// </summary>
    private void DispatchPart(QueueId id, List<Destination> destinations)
    {
        for (int i = 1; i < destinations.Count; i++)
        {
            if (context.Queue.TryAddJob(id))
            {
                Enqueue(id, destinations[i]);
            }
        }

        Enqueue(id, destinations[0]);
    }

    private async Task RunAsync()
    {
        using QueuedMessage message = context.Queue.CreateQueued();
        var destinations = new List<Destination>();
        var numbers = new List<uint>();
        await foreach (UnroutedMail mail in _unrouted.Reader.ReadAllAsync())
        {
            try
            {
                if (!context.IsStopping)
                {
                    await RouteOpenedAsync(mail, message, destinations, numbers);
                }
            }
            catch (Exception exception)
            {
                // The attempt boundary: an unreadable message or a name server out of order costs a delay.
                context.LogFailure(mail.Id, exception);
                GiveBack(mail, context.Life.Options.Initial);
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        }
    }

    private async ValueTask RouteOpenedAsync(
        UnroutedMail mail, QueuedMessage message, List<Destination> destinations, List<uint> numbers)
    {
        if (!context.Queue.TryOpen(mail.Id, message))
        {
            GiveBack(mail, context.Life.Options.Initial);
            return;
        }

        destinations.Clear();
        numbers.Clear();
        Site? unknown = null;
        int count = mail.Recipients?.Length ?? message.Envelope.RecipientCount;
        for (int i = 0; i < count; i++)
        {
            int ordinal = mail.Recipients?[i] ?? i;
            if (message.GetStatus(ordinal) > RecipientStatus.Deferred)
            {
                numbers.Add(0);
                continue;
            }

            bool known = context.Routes.TryResolve(
                message.Envelope.GetRecipient(ordinal).ForwardPath, out RecipientRoute route);
            if (!known)
            {
                route = await ResolveRouteAsync(message.Envelope.GetRecipient(ordinal).ForwardPath.ToArray());
            }

            if (!context.Sites.TryGet(route.Route, out Route found, out Site? site))
            {
                unknown ??= site;
                continue;
            }

            numbers.Add(Add(destinations, found, message.Envelope));
        }

        if (unknown is not null)
        {
            if (!unknown.TryPark(mail))
            {
                RouteLater(mail); // it was found meanwhile
            }
        }
        else if (destinations.Count == 0)
        {
            GiveBack(mail, TimeSpan.Zero);
        }
        else if (mail.Recipients is null)
        {
            Dispatch(mail.Id, destinations, numbers);
        }
        else
        {
            context.Places.Move(mail.Id, mail.Recipients, numbers, message.Envelope.RecipientCount);
            DispatchPart(mail.Id, destinations);
        }
    }

    private void GiveBack(UnroutedMail mail, TimeSpan wait)
    {
        if (mail.Recipients is null)
        {
            context.Queue.Assign(mail.Id, 1, 0);
        }

        context.Queue.Return(mail.Id, context.UtcNow + wait);
        context.Retries.OnJobEnded(mail.Id);
    }
}
