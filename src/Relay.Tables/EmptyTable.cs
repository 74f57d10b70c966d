namespace Relay.Tables;

/// <summary>A table without entries: one that is not configured or whose file is missing. Thread-safe.</summary>
public sealed class EmptyTable(string name) : ILookupTable
{
    public string Name { get; } = name;

    public int Count => 0;

    public LookupResult Find(ReadOnlySpan<byte> key, out TableEntry entry)
    {
        entry = default;
        return LookupResult.NotFound;
    }
}
