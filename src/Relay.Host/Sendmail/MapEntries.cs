namespace Relay.Host.Sendmail;

/// <summary>
/// The entries of a map in the order in which they came; one for each key unless duplicates are allowed.
/// </summary>
internal sealed class MapEntries(bool allowsDuplicates)
{
    private readonly List<KeyValuePair<string, string>> _entries = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    public IEnumerable<KeyValuePair<string, string>> All => _entries;

    /// <summary>False if the key is there already: the first one stays.</summary>
    public bool TryAdd(string key, string value)
    {
        if (!_places.TryAdd(key, _entries.Count) && !allowsDuplicates)
        {
            return false;
        }

        _entries.Add(new(key, value));
        return true;
    }

    /// <summary>Adds the entry, or puts it in the place of the one with its key.</summary>
    public void Set(string key, string value)
    {
        if (_places.TryGetValue(key, out int place))
        {
            _entries[place] = new(key, value);
            return;
        }

        TryAdd(key, value);
    }
}
