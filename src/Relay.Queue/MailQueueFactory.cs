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
        MailQueueEngine.Memory => OpenMemory(options, time),
        _ => OpenFaster(options, time),
    };

    private static MailQueue OpenMemory(MailQueueOptions options, TimeProvider time)
    {
        JournalOpener opener = (visitor, replayFrom) =>
        {
            var journal = new MemoryJournal();
            journal.Reopen(visitor, replayFrom);
            return journal;
        };
        return MailQueueOpener.Open(opener, files: null, options, time);
    }

    private static MailQueue OpenFaster(MailQueueOptions options, TimeProvider time)
    {
        try
        {
            if (!options.SynchronousWrites)
            {
                options.OnIncident?.Invoke(new MailQueueIncident(
                    MailQueueIncidentKind.Storage,
                    default,
                    "queue.synchronousWrites is false: acknowledged mail can be LOST when the machine stops."));
            }

            return OpenFaster(DirectoryStore.Open(options.Directory, options.SynchronousWrites), options, time);
        }
        catch (QueueFileException e)
        {
            throw new MailQueueException(e.QueueError, $"The queue cannot be opened: {e.Message}.", e);
        }
    }

    private static MailQueue OpenFaster(IQueueStore files, MailQueueOptions options, TimeProvider time)
    {
        Action<MailQueueIncident>? report = options.OnIncident;
        var journalOptions = new JournalOptions
        {
            Directory = options.Directory,
            SegmentSize = options.SegmentSize,
            LazyCommitInterval = options.LazyCommitInterval,
            Salvage = options.Salvage,
            OnCommit = options.OnCommit,
            Notice = text => report?.Invoke(new MailQueueIncident(MailQueueIncidentKind.Storage, default, text)),
            OpenStore = () => files,
        };
        return MailQueueOpener.Open(
            (visitor, replayFrom) => FasterJournal.Open(journalOptions, visitor, replayFrom), files, options, time);
    }
}
