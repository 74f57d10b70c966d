namespace Relay.Host.Submission;

/// <summary>What came of handing a message to the relay.</summary>
/// <param name="QueueId">
/// Its id, or several with commas if it took more than one transaction; null if the relay did not take it, for anyone.
/// </param>
/// <param name="Refused">
/// Recipients that were refused for good, each with the reply; the reply to the content counts for all concerned.
/// </param>
/// <param name="Deferred">Recipients that could not be taken for now.</param>
/// <param name="Problem">The last reply that refused something, or what else kept the relay from taking it.</param>
internal sealed record SubmissionResult(
    string? QueueId,
    IReadOnlyList<(string Recipient, string Reply)> Refused,
    IReadOnlyList<string> Deferred,
    string? Problem);
