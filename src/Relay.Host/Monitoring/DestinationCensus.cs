using Relay.Queue;

namespace Relay.Host.Monitoring;

/// <summary>A destination with all its mail, what waits for its next attempt included.</summary>
/// <param name="Messages">In the queue, that go only there.</param>
/// <param name="Deferred">Of these, those that wait for a time to come.</param>
/// <param name="Oldest">None if there is no message.</param>
/// <param name="BlockedBy">
/// What keeps it from sending: <c>suspended</c>, <c>backoff</c> after a failure, its <c>rate</c>, that all outbound
/// <c>connections</c> are in use elsewhere, or empty for nothing.
/// </param>
internal sealed record DestinationCensus(
    string Name,
    long Messages,
    long Deferred,
    int Active,
    int Connections,
    QueueId Oldest,
    string LastReply,
    string BlockedBy,
    DateTimeOffset? BlockedUntil)
{
    /// <summary>The last failure's reply code: <c>0</c> for our own findings, empty if there is none.</summary>
    public string LastCode => LastReply.Length == 0
        ? string.Empty
        : LastReply.Length >= 3 && LastReply.AsSpan(0, 3) is var code && !code.ContainsAnyExceptInRange('0', '9')
            ? code.ToString()
            : "0";
}
