using Relay.Queue.Index;
using Relay.Queue.Journal;
using Relay.Queue.Snapshots;

namespace Relay.Queue.Engine;

/// <summary>Puts the engine together on a journal and recovers it.</summary>
internal static class MailQueueOpener
{
    /// <param name="files">Where snapshots are kept, if they are; the opener's journal lives there as well.</param>
    public static MailQueue Open(
        JournalOpener opener, IQueueStore? files, MailQueueOptions options, TimeProvider time)
    {
        var clock = new AttemptClock(time);
        SnapshotStore? snapshots = files is null ? null : new SnapshotStore(files, options.OnIncident);
        (MessageIndex index, JournalPosition replayFrom) = snapshots?.Load(clock) ?? (new MessageIndex(clock), default);
        var recovery = new IndexRecovery(index, replayFrom.Address);
        IJournal journal = opener(recovery, replayFrom);
        var store = new QueueStore(journal, index, new SegmentLedger(journal.SegmentSize), time, options.OnIncident);
        var queue = new MailQueue(store, new QueueIdSource(time, journal.ReservedQueueIds), snapshots, options);
        recovery.Complete(queue);
        foreach (MailQueueIncident incident in recovery.Incidents)
        {
            store.Report(incident);
        }

        store.Report(new MailQueueIncident(
            MailQueueIncidentKind.Recovered,
            default,
            $"{index.Count} messages recovered from {recovery.Records} records."));
        return queue;
    }
}
