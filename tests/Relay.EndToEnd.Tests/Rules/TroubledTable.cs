using System.Text;
using Relay.Tables;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>
/// A table that is no text file, as a directory or a database would be: some of its keys cannot be looked up for as
/// long as there is trouble. Thread-safe.
/// </summary>
internal sealed class TroubledTable(string name) : ILookupTable
{
    private readonly Dictionary<string, TableEntry> _entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _troubled = new(StringComparer.Ordinal);
    private volatile bool _isTroubled = true;

    public string Name => name;

    public int Count => _entries.Count + _troubled.Count;

    public TroubledTable With(string key, string value)
    {
        _entries.Add(key, new TableEntry(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value), name, 1));
        return this;
    }

    /// <summary>A key that cannot be looked up, and what it says behind the trouble; null for nothing.</summary>
    public TroubledTable Without(string key, string? later = null)
    {
        _troubled.Add(key);
        return later is null ? this : With(key, later);
    }

    public void Recover() => _isTroubled = false;

    public LookupResult Find(ReadOnlySpan<byte> key, out TableEntry entry)
    {
        string text = Encoding.UTF8.GetString(key);
        entry = default;
        return _isTroubled && _troubled.Contains(text) ? LookupResult.TemporaryFailure
            : _entries.TryGetValue(text, out entry) ? LookupResult.Found
            : LookupResult.NotFound;
    }
}
