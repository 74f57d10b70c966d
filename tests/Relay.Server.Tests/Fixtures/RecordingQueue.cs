using Relay.Queue;

namespace Relay.Server.Tests.Fixtures;

/// <summary>
/// A queue that keeps what it is given and fails when told to. Ids count from 1. Only the receiving half works: the
/// server uses no other.
/// </summary>
internal sealed class RecordingQueue : IMailQueue
{
    private readonly Lock _lock = new();
    private readonly List<RecordedMessage> _messages = [];
    private ulong _lastId;

    /// <summary>What an accept waits for, one per message; empty: completes at once.</summary>
    public Queue<TaskCompletionSource> Commits { get; } = new();

    public MailQueueError Condition { get; set; }

    public MailQueueError BeginError { get; set; }

    public MailQueueError AppendError { get; set; }

    public MailQueueError AcceptError { get; set; }

    /// <summary>Drops content instead of keeping it, for large messages.</summary>
    public bool CountsOnly { get; set; }

    public int Aborted { get; set; }

    public int Appends { get; set; }

    public long LargestAppend { get; set; }

    public long OctetsAppended { get; set; }

    public int PieceSize => 64 * 1024;

    public QueueStatistics Statistics => default;

    public IReadOnlyList<RecordedMessage> Messages
    {
        get
        {
            lock (_lock)
            {
                return [.. _messages];
            }
        }
    }

    public IncomingMessage CreateIncoming() => new RecordingIncomingMessage(this);

    public QueueId NextId()
    {
        lock (_lock)
        {
            return new QueueId(++_lastId);
        }
    }

    public void Add(RecordedMessage message)
    {
        lock (_lock)
        {
            _messages.Add(message);
        }
    }

    public QueuedMessage CreateQueued() => throw new NotSupportedException();

    public void Start(IQueueConsumer consumer) => throw new NotSupportedException();

    public void Assign(QueueId id, int jobs, uint tag) => throw new NotSupportedException();

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
