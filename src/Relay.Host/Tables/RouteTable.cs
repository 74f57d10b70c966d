using Relay.Routing.Routes;

namespace Relay.Host.Tables;

/// <summary>
/// <c>mailertable</c>: a domain, <c>.domain</c> for everything below one, or <c>.</c> for the rest, and the route.
/// Immutable once loaded; equal routes are one object. Lookups allocate nothing.
/// </summary>
internal sealed class RouteTable
{
    private readonly Dictionary<byte[], Route> _routes = new(OctetsComparer.Instance);
    private readonly Dictionary<byte[], Route>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    private RouteTable()
    {
        _lookup = _routes.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public int Count => _routes.Count;

    public static RouteTable Load(string path, List<TableError> errors)
    {
        var table = new RouteTable();
        var byName = new Dictionary<string, Route>(StringComparer.Ordinal);
        foreach (TableLine line in TableFile.ReadPairs(path, errors))
        {
            bool isSuffix = line.Key.StartsWith('.');
            string domain = isSuffix ? line.Key[1..] : line.Key;
            if (line.Key != "." && !DomainName.TryNormalize(domain, out domain))
            {
                errors.Add(new TableError(
                    path,
                    line.Number,
                    $"\"{line.Key}\" is not a domain, a domain with a dot before it, or a single dot"));
                continue;
            }

            if (!RouteParser.TryParse(line.Value, out Route route, out string error))
            {
                errors.Add(new TableError(path, line.Number, error));
                continue;
            }

            byName.TryAdd(route.Name, route);
            table._routes.TryAdd(OctetsComparer.ToKey(isSuffix ? "." + domain : domain), byName[route.Name]);
        }

        return table;
    }

    /// <summary>The domain itself, then <c>.parent</c> for each parent, then <c>.</c>; the first hit wins.</summary>
    /// <param name="folded">As <see cref="DomainName.Fold"/> gives it.</param>
    public Route? Find(ReadOnlySpan<byte> folded)
    {
        if (_routes.Count == 0)
        {
            return null;
        }

        if (_lookup.TryGetValue(folded, out Route? route))
        {
            return route;
        }

        int dot = folded.IndexOf((byte)'.');
        while (dot >= 0)
        {
            folded = folded[dot..];
            if (_lookup.TryGetValue(folded, out route))
            {
                return route;
            }

            int next = folded[1..].IndexOf((byte)'.');
            dot = next < 0 ? -1 : next + 1;
        }

        return _lookup.TryGetValue("."u8, out route) ? route : null;
    }
}
