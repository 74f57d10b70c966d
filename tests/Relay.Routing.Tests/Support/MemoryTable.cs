using System.Text;
using Relay.Tables;

namespace Relay.Routing.Tests.Support;

/// <summary>A table of <c>key value</c> lines; the first of equal keys counts.</summary>
internal sealed class MemoryTable : ILookupTable
{
    private readonly Dictionary<string, TableEntry> _entries = new(StringComparer.Ordinal);
    private readonly bool _fails;

    public MemoryTable(string name, string text, bool fails = false)
    {
        Name = name;
        _fails = fails;
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            const StringSplitOptions Options = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
            string[] parts = line.Split([' ', '\t'], 2, Options);
            if (parts.Length == 2 && parts[0][0] != '#')
            {
                string key = parts[0].ToLowerInvariant();
                _entries.TryAdd(
                    key, new TableEntry(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(parts[1]), name, number));
            }
        }
    }

    public string Name { get; }

    public int Count => _fails ? 1 : _entries.Count;

    public LookupResult Find(ReadOnlySpan<byte> key, out TableEntry entry)
    {
        entry = default;
        return _fails ? LookupResult.TemporaryFailure
            : _entries.TryGetValue(Encoding.UTF8.GetString(key), out entry) ? LookupResult.Found
            : LookupResult.NotFound;
    }
}
