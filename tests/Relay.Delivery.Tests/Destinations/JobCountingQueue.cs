using Relay.Queue;

namespace Relay.Delivery.Tests.Destinations;

/// <summary>
/// A queue of messages that are nothing but counts of their jobs, for tests that order the steps of several jobs
/// themselves. One caller at a time.
/// </summary>
internal sealed class JobCountingQueue : IMailQueue
{
    private readonly Dictionary<QueueId, int> _jobs = [];

    /// <summary>When messages were to be ready again, as said by those that were returned.</summary>
    public List<DateTimeOffset> Returned { get; } = [];

    /// <summary>How often the last job of a message has ended.</summary>
    public int Ended { get; private set; }

    /// <summary>Called before a job is added.</summary>
    public Action? Adding { get; set; }

    public int PieceSize => 0;

    public MailQueueError Condition => MailQueueError.None;

    public QueueStatistics Statistics => default;

    public int JobsOf(QueueId id) => _jobs[id];

    public void Assign(QueueId id, int jobs, uint tag)
    {
        _jobs[id] = jobs;
        Ended = 0;
        Returned.Clear();
    }

    public bool TryAddJob(QueueId id)
    {
        Adding?.Invoke();
        if (_jobs[id] == 0)
        {
            return false;
        }

        _jobs[id]++;
        return true;
    }

    public void EndJob(QueueId id)
    {
        Assert.True(_jobs[id] > 0, "A job ended twice.");
        if (--_jobs[id] == 0)
        {
            Ended++;
        }
    }

    public void Return(QueueId id, DateTimeOffset nextAttempt)
    {
        Returned.Add(nextAttempt);
        EndJob(id);
    }

    public bool TryGetInfo(QueueId id, out QueueEntryInfo info)
    {
        info = new QueueEntryInfo(id, QueueEntryState.Active, 0, 0, 1, default, _jobs[id]);
        return true;
    }

    public void Start(IQueueConsumer consumer) => throw new NotSupportedException();

    public IncomingMessage CreateIncoming() => throw new NotSupportedException();

    public QueuedMessage CreateQueued() => throw new NotSupportedException();

    public bool TryOpen(QueueId id, QueuedMessage message) => throw new NotSupportedException();

    public bool TryInspect(QueueId id, QueuedMessage message) => throw new NotSupportedException();

    public void Complete(QueuedMessage message, ReadOnlySpan<RecipientOutcome> outcomes, DateTimeOffset nextAttempt) =>
        throw new NotSupportedException();

    public ValueTask FlushAsync() => throw new NotSupportedException();

    public bool Hold(QueueId id) => throw new NotSupportedException();

    public bool Release(QueueId id) => throw new NotSupportedException();

    public bool Delete(QueueId id) => throw new NotSupportedException();

    public bool Expedite(QueueId id) => throw new NotSupportedException();

    public IEnumerable<QueueEntryInfo> Enumerate() => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
