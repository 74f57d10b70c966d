using System.Buffers;
using System.Threading.Tasks.Sources;
using Relay.Queue;

namespace Relay.Server.Tests.Fixtures;

/// <summary>A queue that drops everything and allocates nothing; commits at once, or when told to.</summary>
internal sealed class SilentQueue : ReceivingQueue
{
    private readonly List<Incoming> _waiting = [];

    public bool IsSlow { get; init; }

    public override MailQueueError Condition { get; set; }

    public override IncomingMessage CreateIncoming() => new Incoming(this);

    public void CommitAll()
    {
        for (int i = _waiting.Count - 1; i >= 0; i--)
        {
            Incoming incoming = _waiting[i];
            _waiting.RemoveAt(i);
            incoming.Commit();
        }
    }

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
