namespace Relay.Delivery;

/// <summary>A destination that gets no mail for now.</summary>
/// <param name="Until">When it ends by itself; null until it is resumed.</param>
/// <param name="IsManual">
/// An administrator ordered it: it ends with its time or by <see cref="DeliveryService.Resume"/> only. Others, which
/// the program found to be needed, also end with a flush.
/// </param>
public sealed record SuspensionSummary(
    string Destination, string Reason, DateTimeOffset Since, DateTimeOffset? Until, bool IsManual);
