namespace Relay.Host.Options;

/// <summary>All options after their check: an immutable snapshot that a reload replaces as a whole.</summary>
internal sealed class RelaySettings
{
    private readonly IReadOnlyDictionary<string, object> _values;

    public RelaySettings(IReadOnlyDictionary<string, object> values, IReadOnlyList<RelaySettings> listeners)
    {
        _values = values;
        Listeners = listeners;
    }

    /// <summary>The values of each listener's keys.</summary>
    public IReadOnlyList<RelaySettings> Listeners { get; }

    public T Get<T>(OptionKey<T> key)
        where T : notnull => _values.TryGetValue(key.Path, out object? value) ? (T)value : key.Default;

    /// <summary>The value as text, for comparing snapshots and for <c>relay check</c>.</summary>
    public bool IsSet(OptionKey key) => _values.ContainsKey(key.Path);

    /// <summary>Keys whose values differ between two snapshots.</summary>
    public IEnumerable<string> Differences(RelaySettings other)
    {
        foreach (string path in _values.Keys.Union(other._values.Keys).Order(StringComparer.Ordinal))
        {
            if (!Equals(_values.GetValueOrDefault(path), other._values.GetValueOrDefault(path)))
            {
                yield return path;
            }
        }

        bool sameListeners = Listeners.Count == other.Listeners.Count
            && Listeners.Zip(other.Listeners).All(pair => !pair.First.Differences(pair.Second).Any());
        if (!sameListeners)
        {
            yield return OptionRegistry.ListenersPath;
        }
    }
}
