using Relay.Queue;

namespace Relay.Server.Tests.Fixtures;

/// <summary>
/// A queue that keeps what it is given and fails when told to. Ids count from 1.
/// </summary>
internal sealed class RecordingQueue : ReceivingQueue
{
    private readonly Lock _lock = new();
    private readonly List<RecordedMessage> _messages = [];
    private ulong _lastId;

    /// <summary>What an accept waits for, one per message; empty: completes at once.</summary>
    public Queue<TaskCompletionSource> Commits { get; } = new();

    public override MailQueueError Condition { get; set; }

    public MailQueueError BeginError { get; set; }

    public MailQueueError AppendError { get; set; }

    public MailQueueError AcceptError { get; set; }

    /// <summary>Drops content instead of keeping it, for large messages.</summary>
    public bool CountsOnly { get; set; }

    public int Aborted { get; set; }

    public int Appends { get; set; }

    public long LargestAppend { get; set; }

    public long OctetsAppended { get; set; }

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

    public override IncomingMessage CreateIncoming() => new RecordingIncomingMessage(this);

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
}
