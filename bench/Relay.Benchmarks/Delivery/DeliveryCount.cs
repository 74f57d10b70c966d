using Relay.Logging;

namespace Relay.Benchmarks.Delivery;

/// <summary>Counts deliveries by their lines in the log. Thread-safe.</summary>
internal sealed class DeliveryCount : IMailLog
{
    private readonly Lock _lock = new();
    private readonly Queue<(long At, TaskCompletionSource Reached)> _marks = [];
    private long _delivered;
    private long _expected;
    private long _next = long.MaxValue;

    /// <summary>Completes once so many more are delivered than were asked for before.</summary>
    public Task After(int count)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _expected += count;
            _marks.Enqueue((_expected, reached));
        }

        Reach();
        return reached.Task;
    }

    public void Write(scoped in MailEvent mailEvent)
    {
        if (mailEvent.Kind == MailEventKind.Delivered
            && Interlocked.Increment(ref _delivered) >= Volatile.Read(ref _next))
        {
            Reach();
        }
    }

    private void Reach()
    {
        lock (_lock)
        {
            while (_marks.TryPeek(out (long At, TaskCompletionSource Reached) mark)
                && Volatile.Read(ref _delivered) >= mark.At)
            {
                _marks.Dequeue();
                mark.Reached.TrySetResult();
            }

            Volatile.Write(ref _next, _marks.Count > 0 ? _marks.Peek().At : long.MaxValue);
        }
    }
}
