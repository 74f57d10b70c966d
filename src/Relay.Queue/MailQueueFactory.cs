using Relay.Queue.Engine;
using Relay.Queue.Journal;
using Relay.Queue.Null;

namespace Relay.Queue;

/// <summary>Opens queues; the only way to make one.</summary>
public static class MailQueueFactory
{
    /// <summary>
    /// Opens the queue and recovers it: when this returns, every message that was ever acknowledged is known.
    /// Blocks while it reads the log.
    /// </summary>
    /// <exception cref="MailQueueException">
    /// The queue is damaged beyond what recovery may decide alone, or in use by another process.
    /// </exception>
    public static IMailQueue Open(MailQueueOptions options, TimeProvider time) => options.Engine switch
    {
        MailQueueEngine.Null => new NullMailQueue(options, time),
        _ => OpenMemory(options, time),
    };

    private static MailQueue OpenMemory(MailQueueOptions options, TimeProvider time)
    {
        var journal = new MemoryJournal();
        return MailQueueOpener.Open(
            (visitor, replayFrom) =>
            {
                journal.Reopen(visitor, replayFrom);
                return journal;
            },
            journal.SegmentSize,
            options,
            time);
    }
}
