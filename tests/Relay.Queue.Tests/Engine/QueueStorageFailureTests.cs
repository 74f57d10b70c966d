using Relay.Queue.Engine;
using Relay.Queue.Journal;
using Relay.Queue.Tests.Journal;
using Relay.Testing;
using static Relay.Queue.Tests.QueueExtensions;

namespace Relay.Queue.Tests.Engine;

/// <summary>A disk that fails for a while costs nothing that was acknowledged and no state.</summary>
public sealed class QueueStorageFailureTests : IDisposable
{
    private const int InputOutputError = 5;
    private const int NoSpace = 28;

    private readonly string _directory = NewDirectory();
    private readonly ManualTimeProvider _time = new();
    private readonly List<MailQueueIncident> _incidents = [];
    private FaultyStore _store = null!;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task States_given_during_a_failure_are_durable_after_it_and_refused_mail_does_not_exist()
    {
        MailQueue queue = Open();
        queue.Start(new RecordingConsumer());
        QueueId done = await queue.AcceptAsync();
        QueueId deferred = await queue.AcceptAsync(NewRequest("a@x", "b@x", "c@x"));
        using QueuedMessage first = queue.CreateQueued();
        using QueuedMessage second = queue.CreateQueued();
        using QueuedMessage third = queue.CreateQueued();
        queue.Assign(done, 1, 0);
        queue.Assign(deferred, 2, 0);
        Assert.True(queue.TryOpen(done, first));
        Assert.True(queue.TryOpen(deferred, second));
        Assert.True(queue.TryOpen(deferred, third));

        _store.Fault = static (operation, name) =>
            operation == "pwrite" && name.StartsWith("q.log", StringComparison.Ordinal) ? InputOutputError : 0;
        MailQueueException refused = await Assert.ThrowsAsync<MailQueueException>(() => queue.AcceptAsync());
        Assert.Equal(MailQueueError.StorageFailed, refused.Error);
        Assert.Equal(MailQueueError.StorageFailed, queue.Condition);
        queue.Complete(first, [Outcome(0, RecipientStatus.Delivered)], default);
        queue.Complete(second, [Outcome(0, RecipientStatus.Delivered)], default);
        queue.Complete(
            third, [Outcome(1, RecipientStatus.Bounced), Outcome(2, RecipientStatus.Deferred, "later")],
            _time.GetUtcNow() + TimeSpan.FromHours(1));
        FillBuffer(queue, deferred);
        Assert.True(queue.Hold(deferred));
        await Assert.ThrowsAsync<MailQueueException>(() => queue.FlushAsync().AsTask());

        _store.Fault = static (_, _) => 0;
        await EventuallyAsync(() => queue.Condition == MailQueueError.None);
        await queue.Keeper.RunAsync();
        QueueId after = await queue.AcceptAsync();
        AssertDeferred(queue, deferred);
        await queue.DisposeAsync();
        queue = Open();
        Assert.Equal([deferred, after], queue.Enumerate().Select(info => info.Id));
        AssertDeferred(queue, deferred);
        Assert.True(queue.TryGetInfo(deferred, out QueueEntryInfo info));
        Assert.Equal(QueueEntryState.Held, info.State);
        await queue.DisposeAsync();
        Assert.DoesNotContain(_incidents, incident => incident.Kind == MailQueueIncidentKind.MessageDamaged);
    }

    [Fact]
    public async Task A_full_disk_refuses_mail_and_takes_it_again_when_space_returns()
    {
        MailQueue queue = Open();
        queue.Start(new RecordingConsumer());
        _store.Fault = static (operation, name) =>
            operation is "open" or "pwrite" && name.StartsWith("q.log", StringComparison.Ordinal) ? NoSpace : 0;
        var accepted = new List<QueueId>();
        MailQueueException? refused = null;
        for (int i = 0; i < 200 && refused is null; i++)
        {
            try
            {
                accepted.Add(await queue.AcceptAsync(content: new string('x', 30_000)));
            }
            catch (MailQueueException e)
            {
                refused = e;
            }
        }

        Assert.Equal(MailQueueError.InsufficientStorage, refused?.Error);
        Assert.Equal(MailQueueError.InsufficientStorage, queue.Condition);
        foreach (QueueId id in accepted.Take(accepted.Count / 2))
        {
            queue.RunJob(id, RecipientStatus.Delivered);
        }

        _store.Fault = static (_, _) => 0;
        await EventuallyAsync(() => queue.Condition == MailQueueError.None);
        accepted.Add(await queue.AcceptAsync());
        await queue.DisposeAsync();
        queue = Open();
        Assert.Equal(accepted.Skip((accepted.Count - 1) / 2), queue.Enumerate().Select(info => info.Id));
        await queue.DisposeAsync();
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_written_is_reported_and_costs_nothing()
    {
        MailQueue queue = Open();
        queue.Start(new RecordingConsumer());
        QueueId id = await queue.AcceptAsync();
        _store.Fault = static (_, name) => name.StartsWith("index.", StringComparison.Ordinal) ? NoSpace : 0;
        await queue.DisposeAsync();
        Assert.Contains(_incidents, incident => incident.Kind == MailQueueIncidentKind.SnapshotFailed);
        queue = Open();
        Assert.Equal([id], queue.Enumerate().Select(info => info.Id));
        await queue.DisposeAsync();
    }

    private static void AssertDeferred(MailQueue queue, QueueId id)
    {
        using QueuedMessage message = queue.CreateQueued();
        Assert.True(queue.TryInspect(id, message));
        Assert.Equal(RecipientStatus.Delivered, message.GetStatus(0));
        Assert.Equal(RecipientStatus.Bounced, message.GetStatus(1));
        Assert.Equal(RecipientStatus.Deferred, message.GetStatus(2));
        Assert.Equal("later", message.GetLastReply(2).Text());
        Assert.Equal(1, message.Attempts);
    }

    // Until the journal's buffer takes no more: what comes then waits in the stripe.
    private static void FillBuffer(MailQueue queue, QueueId id)
    {
        for (int i = 0; i < 200_000 && !queue.Store.StripeOf(id.Value).HasUnwritten; i++)
        {
            Assert.True(queue.Hold(id));
            Assert.True(queue.Release(id));
        }

        Assert.True(queue.Store.StripeOf(id.Value).HasUnwritten);
    }

    private MailQueue Open()
    {
        _store = new FaultyStore(_directory);
        var journal = new JournalOptions
        {
            Directory = _directory,
            SegmentSize = JournalOptions.SegmentSizeMin,
            RetryInterval = TimeSpan.FromMilliseconds(1),
            OpenStore = () => _store,
        };
        return MailQueueOpener.Open(
            (visitor, replayFrom) => FasterJournal.Open(journal, visitor, replayFrom),
            _store,
            new MailQueueOptions { OnIncident = _incidents.Add },
            _time);
    }
}
