namespace Relay.Host.Monitoring;

/// <summary>Bounds a metric's labels: the destinations with the most mail, and one <c>other</c> for the rest.</summary>
internal static class TopDestinations
{
    public const string Other = "other";

    public static IEnumerable<DestinationCensus> Of(IReadOnlyList<DestinationCensus> all, int limit)
    {
        foreach (DestinationCensus destination in all.Take(limit))
        {
            yield return destination;
        }

        if (all.Count > limit)
        {
            DestinationCensus[] rest = [.. all.Skip(limit)];
            yield return new DestinationCensus(
                Other,
                rest.Sum(static d => d.Messages),
                rest.Sum(static d => d.Deferred),
                rest.Sum(static d => d.Active),
                rest.Sum(static d => d.Connections),
                rest.Where(static d => !d.Oldest.IsNone).Select(static d => d.Oldest).DefaultIfEmpty().Min(),
                string.Empty,
                string.Empty,
                null);
        }
    }
}
