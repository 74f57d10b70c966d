using Relay.Queue;

namespace Relay.Server.Policies;

/// <summary>Lets the submitter of a message see its delivery (Sendmail: VERB, <c>-v</c>). Thread-safe.</summary>
public interface IDeliveryWatcher
{
    /// <summary>Begins to watch, before the message is given to the queue; null if too many are watched.</summary>
    IDeliveryWatch? TryBegin(QueueId id);
}
