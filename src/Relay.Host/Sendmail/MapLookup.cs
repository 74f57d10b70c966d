using Relay.Host.Options;
using Relay.Host.Tables;
using Relay.Tables.Loading;

namespace Relay.Host.Sendmail;

/// <summary><c>/map</c>: one key of one table, exactly, as the file has it.</summary>
internal sealed class MapLookup
{
    private readonly Dictionary<string, IReadOnlyList<string>> _files;

    public MapLookup(RelaySettings settings)
    {
        TableSources sources = RulesOf.Sources(settings);
        _files = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
        {
            ["access"] = Of(sources.Access),
            ["mailertable"] = Of(sources.Mailertable),
            ["virtuser"] = Of(sources.Virtusertable),
            ["virtusertable"] = Of(sources.Virtusertable),
            ["domaintable"] = Of(sources.Domaintable),
            ["generics"] = Of(sources.Genericstable),
            ["genericstable"] = Of(sources.Genericstable),
            ["aliases"] = sources.Aliases,
        };
    }

    public string Describe(string map, string key)
    {
        if (!_files.TryGetValue(map, out IReadOnlyList<string>? files))
        {
            return $"Map named \"{map}\" not found";
        }

        string? value = files.Where(File.Exists)
            .Select(file => Find(file, key, isAliases: map == "aliases"))
            .FirstOrDefault(static found => found is not null);
        return value is null
            ? $"map_lookup: {map} ({key}) no match (0)"
            : $"map_lookup: {map} ({key}) returns {value} (0)";
    }

    private static string[] Of(string? file) => file is null ? [] : [file];

    private static string? Find(string file, string key, bool isAliases)
    {
        foreach (string line in File.ReadLines(file))
        {
            if (line.Length == 0 || line[0] is '#' or ' ' or '\t')
            {
                continue;
            }

            int end = isAliases
                ? line.IndexOf(':', StringComparison.Ordinal)
                : line.AsSpan().IndexOfAny(' ', '\t');
            if (end > 0 && line.AsSpan(0, end).Trim().Equals(key, StringComparison.OrdinalIgnoreCase))
            {
                return line[(end + 1)..].Trim();
            }
        }

        return null;
    }
}
