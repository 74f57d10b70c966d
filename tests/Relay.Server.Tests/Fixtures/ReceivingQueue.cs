using Relay.Queue;

namespace Relay.Server.Tests.Fixtures;

/// <summary>The receiving half of a queue, to be filled in; the server uses no other.</summary>
internal abstract class ReceivingQueue : IMailQueue
{
    public int PieceSize => 64 * 1024;

    public QueueStatistics Statistics => default;

    public abstract MailQueueError Condition { get; set; }

    public abstract IncomingMessage CreateIncoming();

    public QueuedMessage CreateQueued() => throw new NotSupportedException();

    public void Start(IQueueConsumer consumer) => throw new NotSupportedException();

    public void Assign(QueueId id, int jobs, uint tag) => throw new NotSupportedException();

    public bool TryAddJob(QueueId id) => throw new NotSupportedException();

    public bool TryOpen(QueueId id, QueuedMessage message) => throw new NotSupportedException();

    public bool TryInspect(QueueId id, QueuedMessage message) => throw new NotSupportedException();

    public void Complete(QueuedMessage message, ReadOnlySpan<RecipientOutcome> outcomes, DateTimeOffset nextAttempt) =>
        throw new NotSupportedException();

    public void Return(QueueId id, DateTimeOffset nextAttempt) => throw new NotSupportedException();

    public ValueTask FlushAsync() => ValueTask.CompletedTask;

    public bool Hold(QueueId id) => false;

    public bool Release(QueueId id) => false;

    public bool Delete(QueueId id) => false;

    public bool Expedite(QueueId id) => false;

    public IEnumerable<QueueEntryInfo> Enumerate() => [];

    public bool TryGetInfo(QueueId id, out QueueEntryInfo info)
    {
        info = default;
        return false;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
