using Relay.Queue;
using Relay.Queue.Journal;
using Relay.Queue.Records;

namespace Relay.Benchmarks.Queue;

/// <summary>
/// One session's part: append a record, join the batch, go on when it is durable. Allocates nothing itself.
/// </summary>
internal sealed class BenchmarkWriter : CommitWaiter
{
    private readonly IJournal _journal;
    private readonly byte[] _body;
    private TaskCompletionSource _done = new();
    private int _left;

    public BenchmarkWriter(IJournal journal, int bodyLength)
    {
        _journal = journal;
        _body = new byte[bodyLength];
        Random.Shared.NextBytes(_body);
    }

    public Task RunAsync(int messages)
    {
        _left = messages;
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Next();
        return _done.Task;
    }

    public override void OnCommitted(MailQueueException? error)
    {
        if (error is not null)
        {
            _done.SetException(error);
        }
        else if (--_left == 0)
        {
            _done.SetResult();
        }
        else
        {
            Next();
        }
    }

    private void Next()
    {
        ValueTask<long> append = _journal.AppendAsync(
            new RecordHeader(QueueRecordKind.Accept, 0, 1), new Entry(_body));
        if (append.IsCompletedSuccessfully)
        {
            _journal.Join(this);
        }
        else
        {
            append.AsTask().ContinueWith(_ => _journal.Join(this), TaskScheduler.Default);
        }
    }

    private readonly struct Entry(byte[] body) : IJournalEntry
    {
        public int BodyLength => body.Length;

        public void WriteBody(Span<byte> destination) => body.CopyTo(destination);
    }
}
