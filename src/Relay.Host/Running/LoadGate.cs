using Relay.Queue;
using Relay.Smtp;
using Relay.Throttling;

namespace Relay.Host.Running;

/// <summary>
/// Sendmail's QueueLA between the queue and delivery: while the machine is too busy, what is ready goes back into the
/// queue for a minute. Thread-safe.
/// </summary>
/// <param name="limit">The load average from which on it does; 0 is never.</param>
internal sealed class LoadGate(
    IMailQueue queue,
    IQueueConsumer delivery,
    ILoadAverage load,
    Func<int> limit,
    TimeProvider time,
    DeliveryWatches? watches = null) : IQueueConsumer
{
    /// <summary>As often as the load average says something new.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromMinutes(1);

    public void Ready(QueueId id, uint tag, Envelope? envelope)
    {
        if (limit() is var max && (max == 0 || load.OneMinute + 0.5 < max))
        {
            watches?.OnReady(id, envelope);
            delivery.Ready(id, tag, envelope);
            return;
        }

        queue.Assign(id, 1, tag);
        queue.Return(id, time.GetUtcNow() + Wait);
        watches?.OnReturned(id);
    }
}
