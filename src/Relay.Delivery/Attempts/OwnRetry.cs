using Relay.Delivery.Destinations;
using Relay.Queue;
using Relay.Throttling;

namespace Relay.Delivery.Attempts;

/// <summary>
/// A destination's next attempt at a message that others are still busy with; while it waits it holds one job of the
/// message. Guarded by the lock of its <see cref="OwnRetries"/>.
/// </summary>
internal sealed class OwnRetry
{
    public OwnRetry(QueueId id, Destination destination, Action<OwnRetry> elapsed)
    {
        Id = id;
        Destination = destination;
        Wait = new DelayEntry(() => elapsed(this));
    }

    public QueueId Id { get; }

    public Destination Destination { get; set; }

    /// <summary>
    /// The ordinals of recipients to be routed anew; null: the destination is to try again what is its.
    /// </summary>
    public ushort[]? Recipients { get; set; }

    public DelayEntry Wait { get; }

    /// <summary>Attempts of the destination's that ended in such a wait, which the queue knows nothing of.</summary>
    public int Attempts { get; set; }

    /// <summary>It holds a job, and no worker of the destination has it.</summary>
    public bool IsWaiting { get; set; }

    public DateTimeOffset Due { get; set; }
}
