namespace Relay.Host.Monitoring;

/// <summary>A limit as it stands.</summary>
/// <param name="Name">In words.</param>
/// <param name="Now">What counts against it now; null if nothing is counted.</param>
/// <param name="Limit">0 is off.</param>
/// <param name="Hits">Times that it was in force since the start; null if that is not counted.</param>
internal sealed record ThrottleState(string Name, double? Now, long Limit, long? Hits);
