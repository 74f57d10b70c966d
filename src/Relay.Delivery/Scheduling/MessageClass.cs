namespace Relay.Delivery.Scheduling;

/// <summary>What the header section says of a message's handling.</summary>
/// <param name="Priority">Which times count.</param>
/// <param name="IsBulk">
/// Its Precedence is below that of ordinary mail: its sender is not told of delays, and its body is not returned.
/// </param>
internal readonly record struct MessageClass(MessagePriority Priority, bool IsBulk);
