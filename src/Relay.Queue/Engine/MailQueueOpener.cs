using System.Diagnostics;
using Relay.Queue.Index;
using Relay.Queue.Journal;

namespace Relay.Queue.Engine;

/// <summary>Puts the engine together on a journal and recovers it.</summary>
internal static class MailQueueOpener
{
    /// <param name="segmentSize">That of the journal which the opener will open.</param>
    public static MailQueue Open(
        JournalOpener opener, long segmentSize, MailQueueOptions options, TimeProvider time)
    {
        var index = new MessageIndex(new AttemptClock(time));
        JournalPosition replayFrom = default;
        var segments = new SegmentLedger(segmentSize);
        var recovery = new IndexRecovery(index, segments, replayFrom.Address);
        IJournal journal = opener(recovery, replayFrom);
        Debug.Assert(journal.SegmentSize == segmentSize);
        var store = new QueueStore(journal, index, segments, time, options.OnIncident);
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
