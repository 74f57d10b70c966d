namespace Relay.Queue;

/// <summary>
/// The crash-safe queue: what <see cref="IncomingMessage.AcceptAsync"/> completed for is never lost. All members are
/// thread-safe unless they say otherwise.
///
/// The life of a message: Begin, Append*, Accept (durable) - Ready - Assign(n jobs) - per job: TryOpen, read, Complete
/// - when all jobs are done: removed if every recipient is terminal, else Ready again at the earliest next attempt.
///
/// The contract keeps a replicated engine possible: acceptance completes asynchronously, consumption is by job with
/// acknowledgement, no address of local storage appears in it.
/// </summary>
public interface IMailQueue : IAsyncDisposable
{
    /// <summary>Content is best appended in pieces of this many octets (64 KiB).</summary>
    int PieceSize { get; }

    /// <summary>None while new messages are taken; else why not. Read before MAIL and before DATA; cheap.</summary>
    MailQueueError Condition { get; }

    QueueStatistics Statistics { get; }

    IncomingMessage CreateIncoming();

    /// <summary>A reusable holder for an opened message; see <see cref="TryOpen"/>.</summary>
    QueuedMessage CreateQueued();

    /// <summary>
    /// Recovery is complete when the queue is constructed; this attaches the consumer and starts scheduling: every
    /// recovered message becomes ready in time, in the background.
    /// </summary>
    void Start(IQueueConsumer consumer);

    /// <summary>
    /// Says into how many jobs (at least 1, one per destination) a ready message was split, before the first of them
    /// can complete. <paramref name="tag"/> is the consumer's own note (a destination), given back by the next Ready.
    /// </summary>
    void Assign(QueueId id, int jobs, uint tag);

    /// <summary>
    /// Adds a job to a message that has others under way: it is not ready again before this one has ended, too. False
    /// if it has none.
    /// </summary>
    bool TryAddJob(QueueId id);

    /// <summary>
    /// Opens a message for one job: envelope and recipient states are read into <paramref name="message"/>.
    /// False if it is gone, held or deleted meanwhile: the job must then be given back with <see cref="Return"/>.
    /// </summary>
    /// <exception cref="MailQueueException">Damaged or storage failed.</exception>
    bool TryOpen(QueueId id, QueuedMessage message);

    /// <summary>
    /// Opens a message in any state for looking at it: not a job, never completed. False if unknown.
    /// </summary>
    /// <exception cref="MailQueueException">Damaged or storage failed.</exception>
    bool TryInspect(QueueId id, QueuedMessage message);

    /// <summary>
    /// Ends a job with the new states of the recipients that it attempted. Lazily durable: a crash may repeat the last
    /// moments' deliveries. <paramref name="nextAttempt"/> counts only if a recipient stays unfinished.
    /// </summary>
    void Complete(QueuedMessage message, ReadOnlySpan<RecipientOutcome> outcomes, DateTimeOffset nextAttempt);

    /// <summary>Ends a job without an attempt; the message is ready again at <paramref name="nextAttempt"/>.</summary>
    void Return(QueueId id, DateTimeOffset nextAttempt);

    /// <summary>Completes when every state given so far is durable.</summary>
    ValueTask FlushAsync();

    /// <summary>Stops attempts until released. False if unknown.</summary>
    bool Hold(QueueId id);

    bool Release(QueueId id);

    /// <summary>
    /// Removes the message for good; jobs under way end with their outcome ignored. False if unknown.
    /// </summary>
    bool Delete(QueueId id);

    /// <summary>Makes a deferred message ready now. False if unknown, held or under way.</summary>
    bool Expedite(QueueId id);

    /// <summary>The ids now in the queue that match, in id order; a snapshot that other threads may outdate.</summary>
    IEnumerable<QueueEntryInfo> Enumerate();

    bool TryGetInfo(QueueId id, out QueueEntryInfo info);
}
