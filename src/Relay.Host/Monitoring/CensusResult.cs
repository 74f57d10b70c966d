using Relay.Queue;

namespace Relay.Host.Monitoring;

/// <summary>The queue by destination at a moment.</summary>
/// <param name="Taken">The clock's timestamp.</param>
/// <param name="Oldest">Of all messages; none if there is none.</param>
/// <param name="Destinations">Those with the most mail first.</param>
internal sealed record CensusResult(
    long Taken, TimeSpan GoodFor, QueueId Oldest, IReadOnlyList<DestinationCensus> Destinations);
