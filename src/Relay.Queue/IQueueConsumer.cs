using Relay.Smtp;

namespace Relay.Queue;

/// <summary>Whoever takes messages out of the queue: told of every message that may be attempted now.</summary>
public interface IQueueConsumer
{
    /// <summary>
    /// The message is ready. The consumer calls <see cref="IMailQueue.Assign"/> with the number of jobs it makes of it
    /// before it publishes the first, now or later, and <see cref="IMailQueue.Complete"/> or
    /// <see cref="IMailQueue.Return"/> once per job. Called from any thread, never under a lock; must not block. If it
    /// throws, the queue reports that, ends one job and says it again a minute later.
    /// </summary>
    /// <param name="tag">
    /// What the last <see cref="IMailQueue.Assign"/> of this message in this process said, or 0.
    /// </param>
    /// <param name="envelope">The envelope of a message just accepted, valid during the call only; else null.</param>
    void Ready(QueueId id, uint tag, Envelope? envelope);
}
