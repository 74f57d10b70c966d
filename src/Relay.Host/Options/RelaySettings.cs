namespace Relay.Host.Options;

/// <summary>All options after their check: an immutable snapshot that a reload replaces as a whole.</summary>
internal sealed class RelaySettings
{
    private readonly IReadOnlyDictionary<string, object> _values;

    private readonly IReadOnlyDictionary<string, IReadOnlyList<RelaySettings>> _lists;

    /// <param name="values">By key path.</param>
    /// <param name="lists">The elements of each list of objects, by its path.</param>
    /// <param name="origin">Where an element of a list was written.</param>
    public RelaySettings(
        IReadOnlyDictionary<string, object> values,
        IReadOnlyDictionary<string, IReadOnlyList<RelaySettings>> lists,
        string origin = "")
    {
        _values = values;
        _lists = lists;
        Origin = origin;
    }

    /// <summary>E.g. <c>relay.json:12 (destinations[0])</c>; empty for the whole.</summary>
    public string Origin { get; }

    /// <summary>The values of each listener's keys.</summary>
    public IReadOnlyList<RelaySettings> Listeners => Elements(OptionRegistry.ListenersPath);

    /// <summary>The elements of a list of objects, in order.</summary>
    public IReadOnlyList<RelaySettings> Elements(string listPath) => _lists.GetValueOrDefault(listPath) ?? [];

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

        foreach (string path in OptionRegistry.Lists)
        {
            IReadOnlyList<RelaySettings> mine = Elements(path);
            IReadOnlyList<RelaySettings> others = other.Elements(path);
            if (mine.Count != others.Count || !mine.Zip(others).All(pair => !pair.First.Differences(pair.Second).Any()))
            {
                yield return path;
            }
        }
    }
}
