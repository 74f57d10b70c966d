namespace Relay.Queue;

/// <summary>What the index knows of a message without reading its record.</summary>
/// <param name="Tag">The consumer's note of the last assignment, 0 if none.</param>
/// <param name="Jobs">Its jobs that have not ended; 0 if it is not under way.</param>
public readonly record struct QueueEntryInfo(
    QueueId Id,
    QueueEntryState State,
    uint Tag,
    int Attempts,
    int UnfinishedRecipients,
    DateTimeOffset NextAttempt,
    int Jobs);
