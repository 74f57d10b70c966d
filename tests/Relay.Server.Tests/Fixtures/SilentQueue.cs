using System.Buffers;
using System.Threading.Tasks.Sources;
using Relay.Queue;

namespace Relay.Server.Tests.Fixtures;

/// <summary>A queue that drops everything and allocates nothing; commits at once, or when told to.</summary>
internal sealed class SilentQueue : IMailQueue
{
    private readonly List<Incoming> _waiting = [];

    public bool IsSlow { get; init; }

    public int PieceSize => 64 * 1024;

    public MailQueueError Condition => MailQueueError.None;

    public QueueStatistics Statistics => default;

    public IncomingMessage CreateIncoming() => new Incoming(this);

    public void CommitAll()
    {
        for (int i = _waiting.Count - 1; i >= 0; i--)
        {
            Incoming incoming = _waiting[i];
            _waiting.RemoveAt(i);
            incoming.Commit();
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

    private sealed class Incoming(SilentQueue queue) : IncomingMessage, IValueTaskSource
    {
        private ManualResetValueTaskSourceCore<bool> _commit;

        public override void Begin() => Id = new QueueId(1);

        public override ValueTask AppendAsync(ReadOnlySequence<byte> content) => ValueTask.CompletedTask;

        public override ValueTask AcceptAsync(AcceptRequest request, ReadOnlySequence<byte> rest)
        {
            if (!queue.IsSlow)
            {
                return ValueTask.CompletedTask;
            }

            _commit.Reset();
            queue._waiting.Add(this);
            return new ValueTask(this, _commit.Version);
        }

        public void Commit() => _commit.SetResult(true);

        public override void Abort()
        {
        }

        public override void Dispose()
        {
        }

        public void GetResult(short token) => _commit.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => _commit.GetStatus(token);

        public void OnCompleted(
            Action<object?> continuation,
            object? state,
            short token,
            ValueTaskSourceOnCompletedFlags flags) => _commit.OnCompleted(continuation, state, token, flags);
    }
}
