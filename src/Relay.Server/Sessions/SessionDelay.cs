using System.Threading.Tasks.Sources;
using Relay.Throttling;

namespace Relay.Server.Sessions;

/// <summary>
/// A session's wait for a time to come, in the queue that all sessions share. One wait at a time; made with the first
/// and used again. Cancelling is safe from any thread; whoever takes the entry out of the queue completes the wait.
/// </summary>
internal sealed class SessionDelay : IValueTaskSource
{
    private readonly DelayQueue _queue;
    private readonly DelayEntry _entry;
    private ManualResetValueTaskSourceCore<bool> _wait;

    public SessionDelay(DelayQueue queue)
    {
        _queue = queue;
        _entry = new DelayEntry(() => _wait.SetResult(true));
    }

    public ValueTask WaitAsync(TimeSpan delay)
    {
        _wait.Reset();
        var wait = new ValueTask(this, _wait.Version);
        _queue.Add(_entry, delay);
        return wait;
    }

    /// <summary>Ends the wait now, if there is one.</summary>
    public void Cancel()
    {
        if (_queue.Remove(_entry))
        {
            _wait.SetResult(false);
        }
    }

    void IValueTaskSource.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags) => _wait.OnCompleted(continuation, state, token, flags);
}
