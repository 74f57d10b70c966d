using Relay.Queue;
using Relay.Throttling;

namespace Relay.Host.Monitoring;

/// <summary>Whether the program lives, and whether it takes mail; each no with its reasons. Thread-safe.</summary>
internal sealed class Health(IMailQueue queue, Heartbeat heartbeat, Func<int> listeners)
{
    /// <summary>The heart beats once a second; a machine that swaps may be late.</summary>
    private static readonly TimeSpan BeatMax = TimeSpan.FromSeconds(15);

    private volatile bool _hasStarted;
    private volatile bool _isStopping;

    public void OnStarted() => _hasStarted = true;

    public void OnStopping() => _isStopping = true;

    /// <summary>Reasons to restart the program; none while it lives.</summary>
    public IReadOnlyList<string> ReasonsNotAlive()
    {
        TimeSpan since = heartbeat.Time.GetElapsedTime(0) - TimeSpan.FromMilliseconds(heartbeat.Now);
        return since > BeatMax ? [$"the heartbeat is {since.TotalSeconds:F0} seconds late"] : [];
    }

    /// <summary>Reasons to send mail elsewhere; none while it is taken.</summary>
    public IReadOnlyList<string> ReasonsNotReady()
    {
        var reasons = new List<string>(ReasonsNotAlive());
        if (!_hasStarted)
        {
            reasons.Add("starting: the queue is being recovered");
        }

        if (_isStopping)
        {
            reasons.Add("stopping");
        }

        if (_hasStarted && listeners() == 0)
        {
            reasons.Add("no listener is bound");
        }

        switch (queue.Condition)
        {
            case MailQueueError.None:
                break;
            case MailQueueError.InsufficientStorage:
                reasons.Add("no space for the queue");
                break;
            case MailQueueError.Stopping:
                reasons.Add("the queue is stopping");
                break;
            default:
                reasons.Add("the queue's storage failed; it is tried again");
                break;
        }

        return reasons;
    }
}
