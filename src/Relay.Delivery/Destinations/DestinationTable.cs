using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Relay.Routing.Routes;

namespace Relay.Delivery.Destinations;

/// <summary>
/// The destinations that have messages, connections or a pause, by route, by where their mail came in if that counts,
/// and by number. Numbers are the queue's tags:
/// never given twice in a process, so the tag of a forgotten destination names nothing. Thread-safe.
/// </summary>
internal sealed class DestinationTable(DeliveryContext context)
{
    private readonly ConcurrentDictionary<Key, Destination> _byRoute = new(KeyComparer.Instance);
    private readonly ConcurrentDictionary<uint, Destination> _byNumber = new();
    private readonly Lock _lock = new();
    private uint _lastNumber;

    public Destination Get(Route route, in Arrival arrival) =>
        _byRoute.TryGetValue(KeyOf(route, arrival), out Destination? destination) ? destination : Add(route, arrival);

    public bool TryGet(uint number, [MaybeNullWhen(false)] out Destination destination) =>
        _byNumber.TryGetValue(number, out destination);

    /// <summary>A moving view, without a copy.</summary>
    public IEnumerable<Destination> All()
    {
        foreach (KeyValuePair<uint, Destination> entry in _byNumber)
        {
            yield return entry.Value;
        }
    }

    public void Remove(Destination destination)
    {
        lock (_lock)
        {
            _byRoute.TryRemove(new KeyValuePair<Key, Destination>(KeyOf(destination.Route, destination.Arrival), destination));
            _byNumber.TryRemove(destination.Number, out _);
        }
    }

    private static Key KeyOf(Route route, in Arrival arrival) => new(route.Kind, route.Name, arrival);

    private Destination Add(Route route, in Arrival arrival)
    {
        lock (_lock)
        {
            if (_byRoute.TryGetValue(KeyOf(route, arrival), out Destination? destination))
            {
                return destination;
            }

            destination = new Destination(context, route, arrival, ++_lastNumber);
            _byNumber[destination.Number] = destination;
            _byRoute[KeyOf(route, arrival)] = destination;
            destination.Control.RefreshSuspension(); // somebody may have suspended it between its making and now
            return destination;
        }
    }

    private readonly record struct Key(RouteKind Kind, string Name, Arrival Arrival);

    private sealed class KeyComparer : IEqualityComparer<Key>
    {
        public static KeyComparer Instance { get; } = new();

        public bool Equals(Key x, Key y) =>
            x.Kind == y.Kind && x.Arrival == y.Arrival && string.Equals(x.Name, y.Name, StringComparison.OrdinalIgnoreCase);

        public int GetHashCode(Key key) => StringComparer.OrdinalIgnoreCase.GetHashCode(key.Name) ^ (int)key.Kind
            ^ (key.Arrival.IsNone ? 0 : key.Arrival.GetHashCode());
    }
}
