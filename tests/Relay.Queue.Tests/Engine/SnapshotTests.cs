using Relay.Queue.Index;
using Relay.Queue.Journal;
using Relay.Queue.Snapshots;
using Relay.Testing;
using static Relay.Queue.Tests.QueueExtensions;

namespace Relay.Queue.Tests.Engine;

public sealed class SnapshotTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<MailQueueIncident> _incidents = [];
    private readonly string _directory = NewDirectory();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_clean_stop_leaves_a_snapshot_and_the_next_start_replays_nothing()
    {
        var ids = new List<QueueId>();
        await using (IMailQueue queue = Open())
        {
            queue.Start(new RecordingConsumer());
            for (int i = 0; i < 300; i++)
            {
                ids.Add(await queue.AcceptAsync());
            }

            queue.RunJob(ids[0], RecipientStatus.Delivered);
            queue.RunJob(ids[1], RecipientStatus.Deferred, _time.GetUtcNow() + TimeSpan.FromHours(1));
            Assert.True(queue.Hold(ids[2]));
        }

        Assert.Single(Snapshots());
        _incidents.Clear();
        await using IMailQueue again = Open();
        Assert.Contains(_incidents, incident => incident.Message == "299 messages recovered from 0 records.");
        Assert.Equal(ids.Skip(1), again.Enumerate().Select(info => info.Id));
        Assert.True(again.TryGetInfo(ids[1], out QueueEntryInfo deferred));
        Assert.Equal(1, deferred.Attempts);
        Assert.InRange(deferred.NextAttempt - _time.GetUtcNow(), TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
        Assert.Equal(1, again.Statistics.Held);
        using QueuedMessage message = again.CreateQueued();
        Assert.True(again.TryInspect(ids[1], message));
        Assert.Equal("said so", message.GetLastReply(0).Text());
    }

    [Fact]
    public async Task Two_snapshots_are_kept_and_a_damaged_one_falls_back_to_the_older_and_then_to_the_log()
    {
        var ids = new List<QueueId>();
        for (int round = 0; round < 4; round++)
        {
            await using IMailQueue queue = Open();
            queue.Start(new RecordingConsumer());
            ids.Add(await queue.AcceptAsync());
            if (round == 2)
            {
                queue.RunJob(ids[0], RecipientStatus.Delivered);
                ids.RemoveAt(0);
            }
        }

        Assert.Equal(2, Snapshots().Length);
        for (int damaged = 0; damaged <= 2; damaged++)
        {
            _incidents.Clear();
            await using (IMailQueue queue = Open())
            {
                Assert.Equal(ids, queue.Enumerate().Select(info => info.Id));
                Assert.Equal(damaged, _incidents.Count(i => i.Kind == MailQueueIncidentKind.SnapshotFailed));
            }

            // Nothing changed, so the stop wrote no new one.
            string next = Snapshots().OrderDescending().ElementAt(Math.Min(damaged, 1));
            Flip(next, (int)new FileInfo(next).Length / 2);
        }
    }

    [Fact]
    public void Any_flipped_or_missing_octet_makes_a_snapshot_invalid()
    {
        Directory.CreateDirectory(_directory);
        using DirectoryStore files = DirectoryStore.Open(_directory);
        var index = new MessageIndex(new AttemptClock(_time));
        for (ulong id = 1; id <= 5; id++)
        {
            Assert.True(index.TryAdd(new IndexEntry { Id = id, AcceptAddress = (long)id * 100 }));
        }

        using (IQueueFile file = files.Open("index.1", QueueFileMode.Create))
        {
            Assert.True(new SnapshotWriter(index).TryWrite(file, new JournalPosition(64, 3), 1));
        }

        string path = Path.Combine(_directory, "index.1");
        byte[] good = File.ReadAllBytes(path);
        Assert.True(TryRead(files, out MessageIndex? read));
        Assert.Equal(index.SortedIds(), read!.SortedIds());
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bad = [.. good];
            bad[i] ^= 0x10;
            File.WriteAllBytes(path, bad);
            Assert.False(TryRead(files, out _), $"octet {i}");
            File.WriteAllBytes(path, good[..i]);
            Assert.False(TryRead(files, out _), $"{i} octets");
        }

        File.WriteAllBytes(path, [.. good, 0]);
        Assert.False(TryRead(files, out _));
    }

    [Fact]
    public async Task A_snapshot_taken_under_load_plus_the_log_behind_it_is_the_whole_queue()
    {
        var alive = new HashSet<QueueId>();
        var options = new MailQueueOptions
        {
            Directory = _directory,
            SegmentSize = 1 << 20,
            SnapshotLogLength = 1,
        };
        string copy = _directory + ".copy";
        IMailQueue queue = MailQueueFactory.Open(options, _time);
        try
        {
            var keeper = ((Relay.Queue.Engine.MailQueue)queue).Keeper;
            var consumer = new RecordingConsumer();
            queue.Start(consumer);
            bool stop = false;
            Task snapshots = Task.Run(async () =>
            {
                while (!Volatile.Read(ref stop))
                {
                    await keeper.RunAsync();
                }
            });
            await Parallel.ForEachAsync(Enumerable.Range(0, 8), async (session, _) =>
            {
                for (int i = 0; i < 200; i++)
                {
                    QueueId id = await queue.AcceptAsync(NewRequest("a@x", "b@x"));
                    if (i % 3 == 0)
                    {
                        queue.RunJob(id, RecipientStatus.Delivered);
                        continue;
                    }

                    queue.RunJob(id, RecipientStatus.Deferred, _time.GetUtcNow() + TimeSpan.FromHours(1));
                    lock (alive)
                    {
                        alive.Add(id);
                    }
                }
            });
            await queue.FlushAsync();
            Volatile.Write(ref stop, true);
            await snapshots;

            // As a crash would leave it: the files as they are, no clean stop.
            Directory.CreateDirectory(copy);
            foreach (string path in Directory.GetFiles(_directory).Where(path => Path.GetFileName(path) != "q.lock"))
            {
                File.Copy(path, Path.Combine(copy, Path.GetFileName(path)));
            }
        }
        finally
        {
            await queue.DisposeAsync();
        }

        try
        {
            Assert.NotEmpty(Directory.GetFiles(copy, "index.*"));
            await using IMailQueue again = MailQueueFactory.Open(
                new MailQueueOptions { Directory = copy, SegmentSize = 1 << 20, OnIncident = _incidents.Add }, _time);
            Assert.Equal(alive.Order(), again.Enumerate().Select(info => info.Id));
            Assert.All(again.Enumerate(), info => Assert.Equal((1, 2), (info.Attempts, info.UnfinishedRecipients)));
            Assert.Equal(alive.Count, again.Statistics.Deferred);
            Assert.Single(_incidents);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private static void Flip(string path, int offset)
    {
        byte[] octets = File.ReadAllBytes(path);
        octets[offset] ^= 1;
        File.WriteAllBytes(path, octets);
    }

    private static bool TryRead(DirectoryStore files, out MessageIndex? index)
    {
        index = new MessageIndex(new AttemptClock(TimeProvider.System));
        using IQueueFile file = files.Open("index.1", QueueFileMode.Read);
        return SnapshotReader.TryRead(file, index, out JournalPosition position)
            && position == new JournalPosition(64, 3);
    }

    private string[] Snapshots() => [.. Directory.GetFiles(_directory, "index.*")];

    private IMailQueue Open() => MailQueueFactory.Open(
        new MailQueueOptions { Directory = _directory, SegmentSize = 1 << 20, OnIncident = _incidents.Add }, _time);
}
