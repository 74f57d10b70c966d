namespace Relay.Queue;

/// <summary>A rare thing that an operator should know of.</summary>
/// <param name="Id">The message concerned, or none.</param>
/// <param name="Message">One English sentence.</param>
public readonly record struct MailQueueIncident(
    MailQueueIncidentKind Kind,
    QueueId Id,
    string Message,
    Exception? Exception = null);
