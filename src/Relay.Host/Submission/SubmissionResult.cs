namespace Relay.Host.Submission;

/// <summary>What came of handing a message to the relay.</summary>
/// <param name="QueueId">Its id; null if the relay did not take it, for anyone.</param>
/// <param name="Refused">Recipients that were refused for good, each with the reply.</param>
/// <param name="Deferred">Recipients that could not be taken for now.</param>
/// <param name="Problem">
/// Why the relay took nothing: the reply that refused the whole message for good, or, where <paramref name="Deferred"/>
/// holds all recipients, what kept it from taking it now.
/// </param>
internal sealed record SubmissionResult(
    string? QueueId,
    IReadOnlyList<(string Recipient, string Reply)> Refused,
    IReadOnlyList<string> Deferred,
    string? Problem);
