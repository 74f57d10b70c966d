using System.Collections.Concurrent;

namespace Relay.LoadGenerator.Source;

/// <summary>What one source thread has seen. Written by that thread, read by others for display.</summary>
internal sealed class SourceCounters
{
    internal long Acknowledged;
    internal long RecipientsAcknowledged;
    internal long RecipientsRejected;
    internal long Rejected;
    internal long Broken;
    internal long Resent;
    internal long ContentBytes;
    internal long Connections;
    internal long ConnectFailures;
    internal long ConnectionsLost;
    internal long SessionsGivenUp;
    internal long WithoutPipelining;

    /// <summary>Negative replies by stage and code, <c>rcpt 550</c>.</summary>
    internal ConcurrentDictionary<(ReplyStage Stage, int Code), long> Replies { get; } = new();

    internal void CountReply(ReplyStage stage, int code) => Replies.AddOrUpdate((stage, code), 1, (_, n) => n + 1);
}
