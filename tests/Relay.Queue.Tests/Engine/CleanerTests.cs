using Relay.Queue.Engine;
using Relay.Queue.Journal;
using Relay.Testing;
using static Relay.Queue.Tests.QueueExtensions;

namespace Relay.Queue.Tests.Engine;

/// <summary>The log gives back what nobody needs, and keeps whatever somebody does.</summary>
public sealed class CleanerTests : IAsyncDisposable
{
    private const int PageSize = 256 << 10;

    private readonly ManualTimeProvider _time = new();
    private readonly MemoryJournal _journal = new(PageSize);
    private readonly List<MailQueueIncident> _incidents = [];

    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    [Fact]
    public async Task Segments_of_delivered_mail_are_freed()
    {
        await using MailQueue queue = Open();
        queue.Start(new RecordingConsumer());
        for (int i = 0; i < 100; i++)
        {
            QueueId id = await AcceptLargeAsync(queue, 60_000);
            queue.RunJob(id, RecipientStatus.Delivered);
        }

        await queue.Keeper.RunAsync();
        Assert.True(_journal.TailAddress > 20 * PageSize);
        Assert.Equal(_journal.TailAddress / PageSize, _journal.BeginAddress / PageSize);
    }

    [Fact]
    public async Task Segments_of_delivered_mail_are_freed_when_the_log_leaves_them_and_not_only_every_second()
    {
        await using MailQueue queue = Open();
        queue.Start(new RecordingConsumer());
        for (int i = 0; i < 100; i++)
        {
            QueueId id = await AcceptLargeAsync(queue, 60_000);
            queue.RunJob(id, RecipientStatus.Delivered);
        }

        // No second passes: the clock stands still.
        long begin = (_journal.TailAddress / PageSize) - 1;
        Assert.True(begin > 20);
        await EventuallyAsync(() => _journal.BeginAddress / PageSize >= begin);
    }

    [Fact]
    public async Task Chunks_of_a_message_under_way_hold_the_log_until_it_ends()
    {
        await using MailQueue queue = Open();
        queue.Start(new RecordingConsumer());
        using IncomingMessage incoming = queue.CreateIncoming();
        incoming.Begin();
        await incoming.AppendAsync(new(new byte[100_000]));
        await ChurnAsync(queue);
        Assert.Equal(0, _journal.BeginAddress / PageSize);
        QueueId id = incoming.Id;
        await incoming.AcceptAsync(NewRequest(), default);
        await ChurnAsync(queue);
        using QueuedMessage message = queue.CreateQueued();
        Assert.True(queue.TryInspect(id, message));
        Assert.Equal(100_000, message.ReadAll().Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Message_that_moves_while_jobs_have_it_open_loses_no_state_of_its_recipients(bool wasTried)
    {
        await using MailQueue queue = Open();
        queue.Start(new RecordingConsumer());
        QueueId id = await queue.AcceptAsync(NewRequest("a@x", "b@x", "c@x"), new string('a', 1000));
        using var first = (OpenedMessage)queue.CreateQueued();
        using var second = (OpenedMessage)queue.CreateQueued();
        DateTimeOffset later = _time.GetUtcNow() + TimeSpan.FromDays(1);
        queue.Assign(id, wasTried ? 3 : 2, 0);
        if (wasTried)
        {
            Assert.True(queue.TryOpen(id, first));
            queue.Complete(
                first, [Outcome(2, RecipientStatus.Deferred, "late") with { DelayNotified = true }], later);
        }

        Assert.True(queue.TryOpen(id, first));
        Assert.True(queue.TryOpen(id, second));
        long address = first.AcceptAddress;
        queue.Complete(first, [Outcome(0, RecipientStatus.Delivered, "ok")], default);
        await ChurnAsync(queue);
        for (int round = 0; round < 30; round++)
        {
            await queue.Keeper.RunAsync();
        }

        Assert.True(_journal.BeginAddress > address);
        queue.Complete(second, [Outcome(1, RecipientStatus.Deferred, "busy")], later);
        Assert.True(queue.TryInspect(id, first));
        Assert.Equal(
            [RecipientStatus.Delivered, RecipientStatus.Deferred],
            new[] { first.GetStatus(0), first.GetStatus(1) });
        Assert.Equal(wasTried, first.IsDelayNotified(2));
        Assert.True(queue.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal(2, info.UnfinishedRecipients);
    }

    [Fact]
    public async Task Survivors_of_a_mostly_dead_log_move_with_their_states_and_survive_a_restart()
    {
        var kept = new Dictionary<QueueId, byte>();
        QueueId large;
        QueueId held;
        MailQueue queue = Open();
        queue.Start(new RecordingConsumer());
        held = await queue.AcceptAsync(HeldRequest());
        for (byte i = 0; i < 20; i++)
        {
            QueueId id = await queue.AcceptAsync(NewRequest("a@x", "b@x"), new string((char)('a' + i), 1000));
            queue.Assign(id, 1, 0);
            using QueuedMessage message = queue.CreateQueued();
            Assert.True(queue.TryOpen(id, message));
            queue.Complete(
                message,
                [Outcome(0, RecipientStatus.Delivered), Outcome(1, RecipientStatus.Deferred, $"reply {i}")],
                _time.GetUtcNow() + TimeSpan.FromDays(1));
            kept.Add(id, i);
        }

        large = await AcceptLargeAsync(queue, 300_000);
        using QueuedMessage reader = queue.CreateQueued();
        queue.Assign(large, 1, 0);
        Assert.True(queue.TryOpen(large, reader));
        byte[] start = new byte[10];
        Assert.Equal(10, reader.Read(0, start));
        long oldAddress = ((OpenedMessage)reader).AcceptAddress;
        await ChurnAsync(queue);
        for (int round = 0; round < 30; round++)
        {
            await queue.Keeper.RunAsync();
        }

        Assert.True(_journal.BeginAddress > oldAddress);
        Assert.True((_journal.TailAddress - _journal.BeginAddress) / PageSize <= 6);

        // A reader that opened the message at its old place goes on at the new one.
        Assert.Equal(Pattern(300_000), reader.ReadAll());
        await queue.DisposeAsync();
        queue = Open();
        Assert.Equal([held, .. kept.Keys, large], queue.Enumerate().Select(info => info.Id));
        foreach ((QueueId id, byte i) in kept)
        {
            using QueuedMessage message = queue.CreateQueued();
            Assert.True(queue.TryInspect(id, message));
            Assert.Equal(RecipientStatus.Delivered, message.GetStatus(0));
            Assert.Equal($"reply {i}", message.GetLastReply(1).Text());
            Assert.Equal(1, message.Attempts);
            Assert.Equal(1000, message.ReadAll().Count(octet => octet == 'a' + i));
            Assert.True(queue.TryGetInfo(id, out QueueEntryInfo info));
            Assert.Equal(1, info.UnfinishedRecipients);
            Assert.True(info.NextAttempt > _time.GetUtcNow() + TimeSpan.FromHours(23));
        }

        using (QueuedMessage message = queue.CreateQueued())
        {
            Assert.True(queue.TryInspect(large, message));
            Assert.Equal(Pattern(300_000), message.ReadAll());
            Assert.True(queue.TryInspect(held, message));
            Assert.Equal("why not", message.HoldReason.Text());
            Assert.Equal(1, queue.Statistics.Held);
        }

        await queue.DisposeAsync();
        Assert.DoesNotContain(_incidents, incident => incident.Kind != MailQueueIncidentKind.Recovered);
    }

    [Fact]
    public async Task Nothing_is_lost_or_revived_while_survivors_move_under_load()
    {
        var alive = new HashSet<QueueId>();
        MailQueue queue = Open();
        queue.Start(new RecordingConsumer());
        bool stop = false;
        Task cleaning = Task.Run(async () =>
        {
            while (!Volatile.Read(ref stop))
            {
                await queue.Keeper.RunAsync();
            }
        });
        await Parallel.ForEachAsync(Enumerable.Range(0, 4), async (session, _) =>
        {
            var mine = new Queue<QueueId>();
            for (int i = 0; i < 400; i++)
            {
                QueueId id = await AcceptLargeAsync(queue, i % 40 == 0 ? 150_000 : 20_000);
                queue.RunJob(id, RecipientStatus.Deferred, _time.GetUtcNow() + TimeSpan.FromDays(1));
                mine.Enqueue(id);
                if (mine.Count > 5 && i % 50 != 0)
                {
                    QueueId old = mine.Dequeue();
                    Assert.True(queue.Expedite(old));
                    queue.RunJob(old, RecipientStatus.Delivered);
                }
            }

            lock (alive)
            {
                alive.UnionWith(mine);
            }
        });
        Volatile.Write(ref stop, true);
        await cleaning;
        Assert.True(_journal.BeginAddress > PageSize);
        for (int opening = 0; opening < 2; opening++)
        {
            Assert.Equal(alive.Order(), queue.Enumerate().Select(info => info.Id));
            foreach (QueueId id in alive)
            {
                using QueuedMessage message = queue.CreateQueued();
                Assert.True(queue.TryInspect(id, message));
                Assert.Equal(Pattern((int)message.WireLength), message.ReadAll());
            }

            await queue.DisposeAsync();
            queue = Open();
        }

        Assert.Equal(alive.Count, queue.Statistics.Messages);
        await queue.DisposeAsync();
        Assert.DoesNotContain(_incidents, incident => incident.Kind != MailQueueIncidentKind.Recovered);
    }

    private static byte[] Pattern(int length)
    {
        byte[] content = new byte[length];
        new Random(length).NextBytes(content);
        return content;
    }

    private static async Task<QueueId> AcceptLargeAsync(MailQueue queue, int length)
    {
        using IncomingMessage incoming = queue.CreateIncoming();
        incoming.Begin();
        QueueId id = incoming.Id;
        await incoming.AcceptAsync(NewRequest(), new(Pattern(length)));
        return id;
    }

    private static AcceptRequest HeldRequest()
    {
        AcceptRequest request = NewRequest();
        request.Hold = true;
        request.HoldReason = "why not"u8.ToArray();
        return request;
    }

    private static async Task ChurnAsync(MailQueue queue)
    {
        for (int i = 0; i < 60; i++)
        {
            queue.RunJob(await AcceptLargeAsync(queue, 60_000), RecipientStatus.Delivered);
        }

        await queue.Keeper.RunAsync();
    }

    private MailQueue Open() => MailQueueOpener.Open(
        (visitor, replayFrom) =>
        {
            _journal.Reopen(visitor, replayFrom);
            return _journal;
        },
        files: null,
        new MailQueueOptions { OnIncident = _incidents.Add },
        _time);
}
