using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Relay.Routing.Routes;

namespace Relay.Delivery.Destinations;

/// <summary>
/// The destinations that have messages, connections or a pause, by route and by number. Numbers are the queue's tags:
/// never given twice in a process, so the tag of a forgotten destination names nothing. Thread-safe.
/// </summary>
internal sealed class DestinationTable(DeliveryContext context)
{
    private readonly ConcurrentDictionary<Key, Destination> _byRoute = new(KeyComparer.Instance);
    private readonly ConcurrentDictionary<uint, Destination> _byNumber = new();
    private readonly Lock _lock = new();
    private uint _lastNumber;

    public Destination Get(Route route) =>
        _byRoute.TryGetValue(KeyOf(route), out Destination? destination) ? destination : Add(route);

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
            _byRoute.TryRemove(new KeyValuePair<Key, Destination>(KeyOf(destination.Route), destination));
            _byNumber.TryRemove(destination.Number, out _);
        }
    }

    private static Key KeyOf(Route route) => new(route.Kind, route.Name);

    private Destination Add(Route route)
    {
        lock (_lock)
        {
            if (_byRoute.TryGetValue(KeyOf(route), out Destination? destination))
            {
                return destination;
            }

            destination = new Destination(context, route, ++_lastNumber);
            _byNumber[destination.Number] = destination;
            _byRoute[KeyOf(route)] = destination;
            destination.Control.RefreshSuspension(); // somebody may have suspended it between its making and now
            return destination;
        }
    }

    private readonly record struct Key(RouteKind Kind, string Name);

    private sealed class KeyComparer : IEqualityComparer<Key>
    {
        public static KeyComparer Instance { get; } = new();

        public bool Equals(Key x, Key y) =>
            x.Kind == y.Kind && string.Equals(x.Name, y.Name, StringComparison.OrdinalIgnoreCase);

        public int GetHashCode(Key key) => StringComparer.OrdinalIgnoreCase.GetHashCode(key.Name) ^ (int)key.Kind;
    }
}
