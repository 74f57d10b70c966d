using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Relay.Delivery.Destinations;

/// <summary>
/// The suspended destinations by name, whether they live at the moment or not: one that comes back is suspended from
/// its first message on. Thread-safe.
/// </summary>
internal sealed class SuspensionTable
{
    private readonly ConcurrentDictionary<string, Suspension> _byName = new(StringComparer.OrdinalIgnoreCase);

    public bool TryGet(string name, [MaybeNullWhen(false)] out Suspension suspension) =>
        _byName.TryGetValue(name, out suspension);

    /// <summary>An order of an administrator is not replaced by what the program finds.</summary>
    /// <returns>What is in force now.</returns>
    public Suspension Add(string name, Suspension suspension) => _byName.AddOrUpdate(
        name,
        suspension,
        (_, present) => present.IsManual && !suspension.IsManual ? present : suspension);

    public void Remove(string name) => _byName.TryRemove(name, out _);

    /// <summary>Removes exactly that one, not a newer one.</summary>
    public void Remove(string name, Suspension suspension) =>
        _byName.TryRemove(new KeyValuePair<string, Suspension>(name, suspension));

    public IReadOnlyList<KeyValuePair<string, Suspension>> All() => [.. _byName];
}
