using System.Collections.Concurrent;
using Relay.Delivery.Routing;

namespace Relay.Delivery.Destinations;

/// <summary>
/// The destinations that have messages, connections or a pause, by name and by number. Numbers are the queue's tags:
/// never given twice in a process, so the tag of a forgotten destination names nothing. Thread-safe.
/// </summary>
internal sealed class DestinationTable(DeliveryContext context)
{
    private readonly ConcurrentDictionary<string, Destination> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<uint, Destination> _byNumber = new();
    private readonly Lock _lock = new();
    private uint _lastNumber;

    public int Count => _byName.Count;

    public Destination Get(Route route) =>
        _byName.TryGetValue(route.Name, out Destination? destination) ? destination : Add(route);

    public bool TryGet(uint number, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out Destination destination) =>
        _byNumber.TryGetValue(number, out destination);

    public bool TryGet(string name, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out Destination destination) =>
        _byName.TryGetValue(name, out destination);

    /// <summary>A moving view, without a copy.</summary>
    public IEnumerable<Destination> All()
    {
        foreach (KeyValuePair<string, Destination> entry in _byName)
        {
            yield return entry.Value;
        }
    }

    public void Remove(Destination destination)
    {
        lock (_lock)
        {
            _byName.TryRemove(new KeyValuePair<string, Destination>(destination.Name, destination));
            _byNumber.TryRemove(destination.Number, out _);
        }
    }

    private Destination Add(Route route)
    {
        lock (_lock)
        {
            if (_byName.TryGetValue(route.Name, out Destination? destination))
            {
                return destination;
            }

            destination = new Destination(context, route, ++_lastNumber);
            _byNumber[destination.Number] = destination;
            _byName[route.Name] = destination;
            return destination;
        }
    }
}
