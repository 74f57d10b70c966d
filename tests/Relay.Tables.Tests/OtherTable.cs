using System.Text;

namespace Relay.Tables.Tests;

/// <summary>A table that is not a text file, as a directory or database would be.</summary>
internal sealed class OtherTable(LookupResult otherwise, params (string Key, string Value)[] entries) : ILookupTable
{
    public string Name => "other";

    public int Count => entries.Length + 1;

    public LookupResult Find(ReadOnlySpan<byte> key, out TableEntry entry)
    {
        string asked = Encoding.UTF8.GetString(key);
        foreach ((string known, string value) in entries)
        {
            if (known == asked)
            {
                entry = new TableEntry(Encoding.UTF8.GetBytes(known), Encoding.UTF8.GetBytes(value), "ldap", 0);
                return LookupResult.Found;
            }
        }

        entry = default;
        return otherwise;
    }
}
