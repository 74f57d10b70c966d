namespace Relay.Dns.Transport;

/// <summary>Bounds the questions that are out at one time; who comes later waits in line. Thread-safe.</summary>
internal sealed class QueryGate(int max)
{
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = [];
    private int _out;

    public ValueTask EnterAsync()
    {
        lock (_lock)
        {
            if (_out < max)
            {
                _out++;
                return default;
            }

            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(waiter);
            return new ValueTask(waiter.Task);
        }
    }

    public void Leave()
    {
        TaskCompletionSource? next;
        lock (_lock)
        {
            if (!_waiting.TryDequeue(out next))
            {
                _out--;
            }
        }

        next?.SetResult();
    }
}
