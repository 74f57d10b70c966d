using Relay.Queue.Engine;
using Relay.Queue.Journal;
using Relay.Queue.Records;
using Relay.Smtp;
using Relay.Testing;
using static Relay.Queue.Tests.QueueExtensions;

namespace Relay.Queue.Tests.Engine;

/// <summary>What a crash behind any record leaves is what a client and a recipient may expect.</summary>
public sealed class RecoveryTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<MailQueueIncident> _incidents = [];

    [Fact]
    public async Task After_a_crash_behind_any_record_nothing_acknowledged_is_lost_and_no_notification_doubled()
    {
        var journal = new MemoryJournal();
        var acknowledged = new List<(QueueId Id, int Records)>();
        var finished = new Dictionary<QueueId, int>();
        QueueId parent;
        QueueId notification;
        int Records() => JournalCopies.RecordsOf(journal).Count;
        await using (MailQueue queue = Open(journal))
        {
            queue.Start(new RecordingConsumer());
            parent = await queue.AcceptAsync(NewRequest("a@x", "b@y", "c@z"));
            acknowledged.Add((parent, Records()));
            queue.Assign(parent, 1, 0);
            using QueuedMessage message = queue.CreateQueued();
            Assert.True(queue.TryOpen(parent, message));

            AcceptRequest bounce = NewRequest("sender@example.org");
            bounce.Parent = parent;
            bounce.ParentOutcomes = [Outcome(0, RecipientStatus.Bounced, "unknown")];
            notification = await queue.AcceptAsync(bounce);
            acknowledged.Add((notification, Records()));
            queue.Complete(
                message,
                [
                    Outcome(0, RecipientStatus.Bounced, "unknown"),
                    Outcome(1, RecipientStatus.Deferred, "busy"),
                    Outcome(2, RecipientStatus.Deferred, "busy too"),
                ],
                _time.GetUtcNow() + TimeSpan.FromHours(1));
            queue.RunJob(notification, RecipientStatus.Delivered);
            finished[notification] = Records();
            using (IncomingMessage large = queue.CreateIncoming())
            {
                large.Begin();
                QueueId id = large.Id;
                await large.AppendAsync(new(new byte[70_000]));
                await large.AppendAsync(new(new byte[70_000]));
                await large.AcceptAsync(NewRequest(), new(new byte[10]));
                acknowledged.Add((id, Records()));
                Assert.True(queue.Hold(id));
            }

            _time.Advance(TimeSpan.FromHours(2));
            queue.RunJob(parent, RecipientStatus.Delivered);
            finished[parent] = Records();
        }

        int all = Records();
        Assert.True(all >= 10);
        for (int count = 0; count <= all; count++)
        {
            await using MailQueue queue = Open(JournalCopies.Prefix(journal, count));
            foreach ((QueueId id, int records) in acknowledged)
            {
                bool ended = finished.TryGetValue(id, out int end) && count >= end;
                bool present = queue.TryGetInfo(id, out _);
                Assert.True(ended ? !present : present || count < records);
            }

            AssertParent(queue, parent, notification, journal, count);
        }

        Assert.DoesNotContain(_incidents, incident => incident.Kind != MailQueueIncidentKind.Recovered);
    }

    [Fact]
    public async Task Two_notifications_of_one_attempt_each_end_their_own_recipient_whichever_record_a_crash_leaves()
    {
        var journal = new MemoryJournal();
        QueueId parent;
        QueueId[] notifications = new QueueId[2];
        await using (MailQueue queue = Open(journal))
        {
            queue.Start(new RecordingConsumer());
            AcceptRequest request = NewRequest("c@z");
            request.Envelope.AddRecipient("a@x"u8, default, DsnNotify.Unspecified, "o1@x"u8);
            request.Envelope.AddRecipient("b@y"u8, default, DsnNotify.Unspecified, "o2@x"u8);
            parent = await queue.AcceptAsync(request);
            queue.Assign(parent, 1, 0);
            using QueuedMessage message = queue.CreateQueued();
            Assert.True(queue.TryOpen(parent, message));
            for (int i = 0; i < 2; i++)
            {
                AcceptRequest bounce = NewRequest($"o{i + 1}@x");
                bounce.Parent = parent;
                bounce.ParentOutcomes = [Outcome(i + 1, RecipientStatus.Bounced, "unknown")];
                notifications[i] = await queue.AcceptAsync(bounce);
            }

            queue.Complete(
                message, [Outcome(0, RecipientStatus.Deferred)], _time.GetUtcNow() + TimeSpan.FromHours(1));
        }

        int all = JournalCopies.RecordsOf(journal).Count;
        int between = 0;
        for (int count = 1; count <= all; count++)
        {
            await using MailQueue queue = Open(JournalCopies.Prefix(journal, count));
            using QueuedMessage message = queue.CreateQueued();
            Assert.True(queue.TryInspect(parent, message));
            for (int i = 0; i < 2; i++)
            {
                Assert.Equal(
                    queue.TryGetInfo(notifications[i], out _) ? RecipientStatus.Bounced : RecipientStatus.Pending,
                    message.GetStatus(i + 1));
                Assert.Equal($"o{i + 1}@x", message.Envelope.GetRecipient(i + 1).ReversePath.Text());
            }

            between += message.GetStatus(1) != message.GetStatus(2) ? 1 : 0;
        }

        Assert.True(between > 0, "A crash must have come between the two.");
    }

    [Fact]
    public async Task A_message_whose_piece_is_missing_is_quarantined_and_reported_not_dropped()
    {
        var journal = new MemoryJournal();
        QueueId id;
        await using (MailQueue queue = Open(journal))
        {
            using IncomingMessage large = queue.CreateIncoming();
            large.Begin();
            id = large.Id;
            await large.AppendAsync(new(new byte[70_000]));
            await large.AcceptAsync(NewRequest(), new(new byte[10]));
            await queue.AcceptAsync();
        }

        IEnumerable<JournalCopies.Record> damaged =
            JournalCopies.RecordsOf(journal).Where(record => record.Header.Kind != QueueRecordKind.Chunk);
        await using MailQueue again = Open(JournalCopies.Copy(journal, damaged));
        Assert.True(again.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal(QueueEntryState.Quarantined, info.State);
        Assert.Equal(2, again.Statistics.Messages);
        Assert.Contains(_incidents, incident =>
            incident.Kind == MailQueueIncidentKind.MessageDamaged && incident.Id == id);
        using QueuedMessage message = again.CreateQueued();
        MailQueueException refused = Assert.Throws<MailQueueException>(() => again.TryOpen(id, message));
        Assert.Equal(MailQueueError.Damaged, refused.Error);
        Assert.True(again.Delete(id));
    }

    [Fact]
    public async Task An_accept_record_of_another_form_is_reported_and_the_rest_recovered()
    {
        var journal = new MemoryJournal();
        await journal.AppendAsync(new RecordHeader(QueueRecordKind.Accept, 0, 77), new BytesEntry(new byte[90]));
        await journal.AppendAsync(new RecordHeader((QueueRecordKind)99, 0, 78), new BytesEntry(new byte[9]));
        await journal.AppendAsync(new RecordHeader(QueueRecordKind.State, 0, 79), new BytesEntry(new byte[9]));
        await using (MailQueue first = Open(journal))
        {
            await first.AcceptAsync();
        }

        _incidents.Clear();
        await using MailQueue queue = Open(journal);
        Assert.Equal(1, queue.Statistics.Messages);
        Assert.Equal(3, _incidents.Count(incident => incident.Kind == MailQueueIncidentKind.MessageDamaged));
    }

    // The notification and its parent's first recipient change together, whatever else is there.
    private static void AssertParent(
        MailQueue queue, QueueId parent, QueueId notification, MemoryJournal journal, int count)
    {
        bool notified = JournalCopies.RecordsOf(journal).Take(count).Any(
            record => record.Header.Kind == QueueRecordKind.Accept && record.Header.QueueId == notification.Value);
        using QueuedMessage message = queue.CreateQueued();
        if (!queue.TryInspect(parent, message))
        {
            return;
        }

        Assert.Equal(notified ? RecipientStatus.Bounced : RecipientStatus.Pending, message.GetStatus(0));
        Assert.Equal(message.GetStatus(1), message.GetStatus(2));
        Assert.True(message.GetStatus(1) is RecipientStatus.Pending or RecipientStatus.Deferred);
        Assert.True(queue.TryGetInfo(parent, out QueueEntryInfo info));
        Assert.Equal(notified ? 2 : 3, info.UnfinishedRecipients);
    }

    private MailQueue Open(MemoryJournal journal) => MailQueueOpener.Open(
        (visitor, replayFrom) =>
        {
            journal.Reopen(visitor, replayFrom);
            return journal;
        },
        files: null,
        new MailQueueOptions { OnIncident = _incidents.Add },
        _time);
}
