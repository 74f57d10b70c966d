using System.Collections.Concurrent;
using Relay.Queue.Journal;

namespace Relay.Queue.Tests.Journal;

/// <summary>
/// Life after life on a disk that crashes: every acknowledged record is there afterwards, what a recovery once missed
/// never comes back, and no crash is taken for damage.
/// </summary>
public sealed class CrashTests
{
    private const int LivesPerSeed = 5;

    /// <summary>RELAY_CRASH_SEEDS=first-last runs other seeds than the 200 of every build.</summary>
    [Fact]
    public Task Nothing_acknowledged_is_lost_and_nothing_lost_comes_back() =>
        CrashSeeds.RunAllAsync("RELAY_CRASH_SEEDS", "1-200", "acknowledged records checked", static async seed =>
        {
            var history = new History(seed);
            await history.RunAsync();
            return (history.Crashes, history.Checks);
        });

    private sealed class History(int seed)
    {
        private readonly CrashDisk _disk = new(seed);
        private readonly Random _random = new(seed);
        private readonly ConcurrentDictionary<ulong, long> _acknowledged = new();
        private readonly ConcurrentDictionary<ulong, int> _appended = new();
        private readonly HashSet<ulong> _lost = [];
        private ulong _nextId;

        public int Crashes { get; private set; }

        public int Checks { get; private set; }

        public async Task RunAsync()
        {
            for (int life = 0; life <= LivesPerSeed; life++)
            {
                var visitor = new RecordingVisitor();
                if (life > 0 && _random.Next(4) == 0)
                {
                    _disk.CrashAfter(_random.Next(8)); // a crash of the recovery itself
                }

                FasterJournal journal;
                try
                {
                    journal = Open(visitor);
                }
                catch (MailQueueException) when (_disk.HasCrashed)
                {
                    Restart();
                    visitor = new RecordingVisitor();
                    journal = Open(visitor);
                }

                Check(journal, visitor);
                if (life < LivesPerSeed)
                {
                    _disk.CrashAfter(_random.Next(250));
                    await LiveAsync(journal);
                }

                await JournalFixture.CloseAsync(journal);
                Restart();
            }
        }

        private void Restart()
        {
            Crashes += _disk.HasCrashed ? 1 : 0;
            _disk.Restart(isPowerFailure: _random.Next(3) != 0);
        }

        private FasterJournal Open(RecordingVisitor visitor) => FasterJournal.Open(
            new JournalOptions
            {
                Directory = "/simulated",
                SegmentSize = JournalOptions.SegmentSizeMin,
                SparesMax = 2,
                RetryInterval = TimeSpan.FromHours(1),
                SuperBlockInterval = TimeSpan.FromMilliseconds(5),
                OpenStore = _disk.Mount,
            },
            visitor);

        private void Check(FasterJournal journal, RecordingVisitor visitor)
        {
            Assert.True(visitor.Damages.Count == 0, Describe(journal, visitor));
            var seen = new HashSet<ulong>();
            foreach ((long address, RecordHeader header, byte[] body) in visitor.Records)
            {
                Assert.True(seen.Add(header.QueueId), $"{header.QueueId} twice");
                Assert.DoesNotContain(header.QueueId, _lost);
                Assert.Equal(JournalFixture.Body(header.QueueId, _appended[header.QueueId]), body);
                Assert.True(address >= journal.BeginAddress);
            }

            foreach ((ulong id, long address) in _acknowledged)
            {
                if (address >= journal.BeginAddress)
                {
                    Assert.True(seen.Contains(id), $"{id} at {address} was acknowledged and is lost");
                    Checks++;
                }
            }

            foreach (ulong id in _appended.Keys)
            {
                if (!seen.Contains(id))
                {
                    _lost.Add(id);
                }
            }
        }

        private static string Describe(FasterJournal journal, RecordingVisitor visitor)
        {
            string text = $"begin {journal.BeginAddress:X} durable {journal.KnownDurableAddress:X} "
                + $"tail {journal.TailAddress:X}";
            foreach ((long address, int length) in visitor.Damages)
            {
                (long Address, RecordHeader Header, byte[] Body) before =
                    visitor.Records.LastOrDefault(record => record.Address < address);
                (long Address, RecordHeader Header, byte[] Body) after =
                    visitor.Records.FirstOrDefault(record => record.Address > address);
                text += $"; damage {address:X}+{length:X} after {before.Address:X} ({before.Header.QueueId}) "
                    + $"before {after.Address:X} ({after.Header.QueueId})";
            }

            return text;
        }

        private async Task LiveAsync(FasterJournal journal)
        {
            int[] seeds = [_random.Next(), _random.Next(), _random.Next(), _random.Next()];
            await Task.WhenAll(seeds.Select(writer => Task.Run(() => WriteAsync(journal, new Random(writer)))))
                .WaitAsync(JournalFixture.Deadline);
        }

        private async Task WriteAsync(FasterJournal journal, Random random)
        {
            try
            {
                for (int i = 0; i < 120; i++)
                {
                    ulong id = Interlocked.Increment(ref _nextId);
                    int length = random.Next(10) == 0 ? random.Next(60_000) : random.Next(3000);
                    _appended[id] = length;
                    long address = await JournalFixture.AppendAsync(journal, id, length);
                    if (random.Next(3) != 0)
                    {
                        var waiter = new TaskWaiter();
                        journal.Join(waiter);
                        await waiter.Task;
                        _acknowledged[id] = address;
                    }

                    if (random.Next(20) == 0)
                    {
                        journal.TruncateBefore(journal.CommittedAddress - (2 * journal.SegmentSize));
                    }
                }
            }
            catch (MailQueueException) when (_disk.HasCrashed)
            {
                // This life is over.
            }
        }
    }
}
