using Relay.Queue;

namespace Relay.Delivery.Destinations;

/// <summary>A message whose recipients' routes are to be found, or some recipients of one that is under way.</summary>
/// <param name="Recipients">
/// Their ordinals; one job of the message is held for them, and others may be under way. Null: all that are left, and
/// the message has no jobs.
/// </param>
internal readonly record struct UnroutedMail(QueueId Id, ushort[]? Recipients = null);
