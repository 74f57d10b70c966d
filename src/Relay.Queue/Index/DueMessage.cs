namespace Relay.Queue.Index;

/// <summary>A message whose time has come, with the consumer's note.</summary>
internal readonly record struct DueMessage(QueueId Id, uint Tag);
