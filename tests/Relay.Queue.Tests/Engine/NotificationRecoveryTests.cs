using Relay.Queue.Engine;
using Relay.Queue.Journal;
using Relay.Queue.Records;
using Relay.Testing;
using static Relay.Queue.Tests.QueueExtensions;

namespace Relay.Queue.Tests.Engine;

/// <summary>
/// A notification's record and what it says of its parent's recipients are one: whichever records a crash leaves, the
/// replay applies those changes and nothing else.
/// </summary>
public sealed class NotificationRecoveryTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<MailQueueIncident> _incidents = [];

    [Fact]
    public async Task Three_recipients_one_bounced_two_deferred_are_so_exactly_from_the_notification_on()
    {
        var journal = new MemoryJournal();
        QueueId parent;
        QueueId bounce;
        await using (MailQueue queue = Open(journal))
        {
            queue.Start(new RecordingConsumer());
            parent = await queue.AcceptAsync(NewRequest("a@x", "b@y", "c@z"));
            using QueuedMessage message = OpenJob(queue, parent);
            bounce = await NotifyAsync(queue, parent, Outcome(0, RecipientStatus.Bounced, "unknown"));
            queue.Complete(message, [Deferred(1, "busy"), Deferred(2, "busy too")], In(1));
            queue.RunJob(bounce, RecipientStatus.Delivered);
        }

        int[] seen = new int[4];
        await ForEveryCrashAsync(journal, parent, (queue, message, records) =>
        {
            bool notified = Contains(records, QueueRecordKind.Accept, bounce);
            Assert.Equal(notified ? RecipientStatus.Bounced : RecipientStatus.Pending, message.GetStatus(0));
            Assert.Equal(notified ? "unknown" : string.Empty, message.GetLastReply(0).Text());
            Assert.Equal(message.GetStatus(1), message.GetStatus(2));
            Assert.Contains(message.GetStatus(1), new[] { RecipientStatus.Pending, RecipientStatus.Deferred });
            Assert.All([0, 1, 2], i => Assert.False(message.IsDelayNotified(i)));
            bool done = Contains(records, QueueRecordKind.Done, bounce);
            Assert.Equal(notified && !done, queue.TryGetInfo(bounce, out _));
            seen[(notified ? 1 : 0) + (message.GetStatus(1) == RecipientStatus.Deferred ? 2 : 0)]++;
        });
        Assert.True(seen[0] > 0 && seen[1] > 0 && seen[3] > 0, "A crash must have come before, between and behind.");
        Assert.Equal(0, seen[2]);
    }

    [Fact]
    public async Task Three_recipients_one_bounced_two_told_to_be_late_are_so_exactly_from_each_notification_on()
    {
        var journal = new MemoryJournal();
        QueueId parent;
        QueueId warning;
        QueueId bounce;
        await using (MailQueue queue = Open(journal))
        {
            queue.Start(new RecordingConsumer());
            parent = await queue.AcceptAsync(NewRequest("a@x", "b@y", "c@z"));
            using QueuedMessage message = OpenJob(queue, parent);
            queue.Complete(message, [Deferred(0, "r0"), Deferred(1, "r1"), Deferred(2, "r2")], In(1));
            _time.Advance(TimeSpan.FromHours(4));
            queue.Assign(parent, 1, 0);
            Assert.True(queue.TryOpen(parent, message));
            bounce = await NotifyAsync(queue, parent, Outcome(0, RecipientStatus.Bounced, "no"));
            warning = await NotifyAsync(queue, parent, Warned(1, "late"), Warned(2, "late"));
            queue.Complete(message, [Deferred(1, "later"), Deferred(2, "later")], In(1));
            queue.RunJob(warning, RecipientStatus.Delivered);
        }

        int[] seen = new int[3];
        await ForEveryCrashAsync(journal, parent, (queue, message, records) =>
        {
            bool bounced = Contains(records, QueueRecordKind.Accept, bounce);
            bool warned = Contains(records, QueueRecordKind.Accept, warning);
            Assert.Equal(bounced, message.GetStatus(0) == RecipientStatus.Bounced);
            Assert.False(message.IsDelayNotified(0));
            for (int i = 1; i <= 2; i++)
            {
                Assert.Equal(warned, message.IsDelayNotified(i));
                Assert.Contains(message.GetStatus(i), new[] { RecipientStatus.Pending, RecipientStatus.Deferred });
                Assert.NotEqual("late", message.GetLastReply(i).Text()); // the state is the attempt's to tell
            }

            seen[warned ? 2 : bounced ? 1 : 0]++;
        });
        Assert.All(seen, count => Assert.True(count > 0, "A crash must have come before, between and behind."));
    }

    [Fact]
    public async Task A_warning_about_a_recipient_that_ended_meanwhile_changes_nothing()
    {
        var journal = new MemoryJournal();
        await using MailQueue queue = Open(journal);
        queue.Start(new RecordingConsumer());
        QueueId parent = await queue.AcceptAsync(NewRequest("a@x", "b@y"));
        using QueuedMessage message = OpenJob(queue, parent);
        queue.Complete(message, [Outcome(0, RecipientStatus.Delivered, "ok"), Deferred(1, "busy")], In(1));
        await NotifyAsync(queue, parent, Warned(0, "late"), Warned(1, "late"));
        Assert.True(queue.TryInspect(parent, message));
        Assert.Equal(RecipientStatus.Delivered, message.GetStatus(0));
        Assert.Equal("ok", message.GetLastReply(0).Text());
        Assert.False(message.IsDelayNotified(0));
        Assert.Equal("busy", message.GetLastReply(1).Text());
        Assert.True(message.IsDelayNotified(1));
    }

    private static RecipientOutcome Deferred(int ordinal, string reply) =>
        Outcome(ordinal, RecipientStatus.Deferred, reply);

    private static RecipientOutcome Warned(int ordinal, string reply) =>
        Deferred(ordinal, reply) with { DelayNotified = true };

    private static QueuedMessage OpenJob(MailQueue queue, QueueId id)
    {
        QueuedMessage message = queue.CreateQueued();
        queue.Assign(id, 1, 0);
        Assert.True(queue.TryOpen(id, message));
        return message;
    }

    private static async Task<QueueId> NotifyAsync(
        MailQueue queue, QueueId parent, params RecipientOutcome[] outcomes)
    {
        AcceptRequest request = NewRequest("sender@example.org");
        request.Parent = parent;
        request.ParentOutcomes = outcomes;
        return await queue.AcceptAsync(request);
    }

    private static bool Contains(IEnumerable<JournalCopies.Record> records, QueueRecordKind kind, QueueId id) =>
        records.Any(record => record.Header.Kind == kind && record.Header.QueueId == id.Value);

    private async Task ForEveryCrashAsync(
        MemoryJournal journal, QueueId parent, Action<MailQueue, QueuedMessage, JournalCopies.Record[]> check)
    {
        List<JournalCopies.Record> all = JournalCopies.RecordsOf(journal);
        for (int count = 1; count <= all.Count; count++)
        {
            await using MailQueue queue = Open(JournalCopies.Prefix(journal, count));
            using QueuedMessage message = queue.CreateQueued();
            Assert.True(queue.TryInspect(parent, message));
            check(queue, message, [.. all.Take(count)]);
            int unfinished = Enumerable.Range(0, message.Envelope.RecipientCount)
                .Count(i => message.GetStatus(i) < RecipientStatus.Delivered);
            Assert.True(queue.TryGetInfo(parent, out QueueEntryInfo info));
            Assert.Equal(unfinished, info.UnfinishedRecipients);
        }

        Assert.DoesNotContain(_incidents, incident => incident.Kind != MailQueueIncidentKind.Recovered);
    }

    private DateTimeOffset In(int hours) => _time.GetUtcNow() + TimeSpan.FromHours(hours);

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
