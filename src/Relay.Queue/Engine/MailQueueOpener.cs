using Relay.Queue.Index;
using Relay.Queue.Journal;

namespace Relay.Queue.Engine;

/// <summary>Puts the engine together on a journal and recovers it.</summary>
internal static class MailQueueOpener
{
    public static MailQueue Open(JournalOpener opener, MailQueueOptions options, TimeProvider time)
    {
        var index = new MessageIndex(new AttemptClock(time));
        JournalPosition replayFrom = default;
        var recovery = new IndexRecovery(index, replayFrom.Address);
        IJournal journal = opener(recovery, replayFrom);
        var store = new QueueStore(journal, index, new SegmentLedger(journal.SegmentSize), time, options.OnIncident);
        var queue = new MailQueue(store, new QueueIdSource(time, journal.ReservedQueueIds), options.MessagesMax);
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
