using System.Diagnostics.CodeAnalysis;
using Relay.Queue.Engine;
using Relay.Queue.Journal;
using Relay.Queue.Tests.Journal;
using Relay.Testing;
using static Relay.Queue.Tests.QueueExtensions;

namespace Relay.Queue.Tests.Engine;

/// <summary>
/// Life after life of a whole queue on a disk that crashes, with snapshots, moving survivors and freed segments: what
/// was acknowledged is there with its content, what was durably finished is not, states never go back, and a
/// notification, of a failure or a delay, exists exactly if its parent's recipient says so.
/// </summary>
public sealed class QueueCrashTests
{
    private const int LivesPerSeed = 5;

    /// <summary>RELAY_QUEUE_CRASH_SEEDS=first-last runs other seeds than those of every build.</summary>
    [Fact]
    public Task A_queue_survives_any_crash_with_all_that_it_promised() =>
        CrashSeeds.RunAllAsync("RELAY_QUEUE_CRASH_SEEDS", "1-12", "messages checked", static async seed =>
        {
            var history = new History(seed);
            await history.RunAsync();
            return (history.Crashes, history.Checks);
        });

    private enum Existence
    {
        Surely,
        Maybe,
        No,
    }

    private sealed class Known(QueueId id, int length)
    {
        public QueueId Id { get; } = id;

        public int Length { get; } = length;

        public Existence Exists { get; set; } = Existence.Maybe;

        /// <summary>States that are durable: at least this far.</summary>
        public RecipientStatus[] Durable { get; } = new RecipientStatus[2];

        public RecipientStatus[] Latest { get; } = new RecipientStatus[2];

        public QueueId Parent { get; set; }

        /// <summary>It speaks of its parent's delay, not of a failure.</summary>
        public bool IsWarning { get; set; }

        /// <summary>A warning about the second recipient was begun, and is surely there.</summary>
        public (bool Maybe, bool Surely) Warned { get; set; }

        public bool Held { get; set; }

        public bool HeldMaybe { get; set; }
    }

    [SuppressMessage("Security", "CA5394", Justification = "Random tests must be repeatable.")]
    private sealed class History(int seed)
    {
        private readonly CrashDisk _disk = new(seed);
        private readonly Random _random = new(seed);
        private readonly ManualTimeProvider _time = new();
        private readonly Dictionary<QueueId, Known> _known = [];
        private readonly List<MailQueueIncident> _incidents = [];

        public int Crashes { get; private set; }

        public int Checks { get; private set; }

        public async Task RunAsync()
        {
            for (int life = 0; life <= LivesPerSeed; life++)
            {
                _time.Advance(TimeSpan.FromMinutes(1));
                if (life > 0 && _random.Next(4) == 0)
                {
                    _disk.CrashAfter(_random.Next(8)); // a crash of the recovery itself
                }

                MailQueue queue;
                try
                {
                    queue = Open();
                }
                catch (MailQueueException) when (_disk.HasCrashed)
                {
                    Restart();
                    queue = Open();
                }

                _disk.CrashAfter(int.MaxValue);
                if (_disk.HasCrashed)
                {
                    await queue.DisposeAsync().AsTask().WaitAsync(JournalFixture.Deadline);
                    Restart();
                    queue = Open();
                }

                Check(queue);
                if (life < LivesPerSeed)
                {
                    _disk.CrashAfter(_random.Next(300));
                    try
                    {
                        await LiveAsync(queue);
                    }
                    catch (MailQueueException) when (_disk.HasCrashed)
                    {
                        // The life ends here.
                    }
                }

                await queue.DisposeAsync().AsTask().WaitAsync(JournalFixture.Deadline);
                Restart();
            }
        }

        private static byte[] Content(QueueId id, int length)
        {
            byte[] content = new byte[length];
            new Random((int)id.Value).NextBytes(content);
            return content;
        }

        private void Restart()
        {
            Crashes += _disk.HasCrashed ? 1 : 0;
            _disk.Restart(isPowerFailure: _random.Next(3) != 0);
        }

        private MailQueue Open()
        {
            IQueueStore files = _disk.Mount();
            var journal = new JournalOptions
            {
                Directory = "/simulated",
                SegmentSize = JournalOptions.SegmentSizeMin,
                SparesMax = 2,
                RetryInterval = TimeSpan.FromHours(1),
                SuperBlockInterval = TimeSpan.FromMilliseconds(5),
                OpenStore = () => files,
            };
            _incidents.Clear();
            MailQueue queue = MailQueueOpener.Open(
                (visitor, replayFrom) => FasterJournal.Open(journal, visitor, replayFrom),
                files,
                new MailQueueOptions { SnapshotLogLength = 300_000, OnIncident = _incidents.Add },
                _time);
            queue.Start(new RecordingConsumer());
            return queue;
        }

        private async Task LiveAsync(MailQueue queue)
        {
            while (!_disk.HasCrashed)
            {
                Known? some = Pick();
                switch (_random.Next(12))
                {
                    case < 4:
                        await AcceptAsync(queue, parent: null);
                        break;
                    case 4 when some is { Parent.IsNone: true, Warned.Maybe: false }
                        && some.Latest[1] < RecipientStatus.Delivered && _random.Next(2) == 0:
                        await AcceptAsync(queue, some, isWarning: true);
                        break;
                    case 4 when some is { Parent.IsNone: true } && some.Latest[0] < RecipientStatus.Delivered:
                        await AcceptAsync(queue, some);
                        break;
                    case 5 when some is not null:
                        ChangeHold(queue, some);
                        break;
                    case 6 when some is not null:
                        queue.Delete(some.Id);
                        some.Exists = Existence.Maybe;
                        some.Latest.AsSpan().Fill(RecipientStatus.Deleted);
                        break;
                    case < 10 when some is not null:
                        Attempt(queue, some);
                        break;
                    case 10:
                        await queue.FlushAsync();
                        Settle(queue);
                        break;
                    default:
                        await queue.Keeper.RunAsync();
                        break;
                }
            }
        }

        private Known? Pick()
        {
            Known[] candidates = [.. _known.Values.Where(known => known.Exists == Existence.Surely)];
            return candidates.Length == 0 ? null : candidates[_random.Next(candidates.Length)];
        }

        private async Task AcceptAsync(MailQueue queue, Known? parent, bool isWarning = false)
        {
            using IncomingMessage incoming = queue.CreateIncoming();
            incoming.Begin();
            var known = new Known(incoming.Id, _random.Next(5) == 0 ? 150_000 : _random.Next(50_000));
            _known.Add(known.Id, known);
            byte[] content = Content(known.Id, known.Length);
            AcceptRequest request = NewRequest("a@x", "b@x");
            if (parent is not null)
            {
                known.Parent = parent.Id;
                request.Parent = parent.Id;
                known.IsWarning = isWarning;
                request.ParentOutcomes = isWarning
                    ? [Outcome(1, RecipientStatus.Deferred, "late") with { DelayNotified = true }]
                    : [Outcome(0, RecipientStatus.Bounced, "unknown")];
            }

            int rest = known.Length;
            if (known.Length > 100_000)
            {
                rest = 20_000;
                await incoming.AppendAsync(new(content, 0, known.Length - rest));
            }

            if (parent is not null && isWarning)
            {
                parent.Warned = (Maybe: true, Surely: false);
                parent.Latest[1] = RecipientStatus.Deferred;
            }
            else if (parent is not null)
            {
                // From here on the notification may be there, with what it says of its parent.
                parent.Latest[0] = RecipientStatus.Bounced;
                if (parent.Latest[1] >= RecipientStatus.Delivered)
                {
                    parent.Exists = Existence.Maybe;
                }
            }

            await incoming.AcceptAsync(request, new(content, known.Length - rest, rest));
            known.Exists = Existence.Surely;
            if (parent is not null && isWarning && !_disk.HasCrashed)
            {
                parent.Warned = (Maybe: true, Surely: true);
                parent.Durable[1] = RecipientStatus.Deferred;
            }
            else if (parent is not null && !_disk.HasCrashed)
            {
                parent.Durable[0] = RecipientStatus.Bounced;
            }
        }

        private void ChangeHold(MailQueue queue, Known some)
        {
            some.HeldMaybe = true;
            some.Held = !some.Held;
            Assert.True(some.Held ? queue.Hold(some.Id) : queue.Release(some.Id));
        }

        private void Attempt(MailQueue queue, Known some)
        {
            if (some.Held)
            {
                return;
            }

            using QueuedMessage message = queue.CreateQueued();
            queue.Assign(some.Id, 1, 1);
            Assert.True(queue.TryOpen(some.Id, message));
            Assert.Equal(some.Latest[0], message.GetStatus(0));
            Assert.Equal(some.Latest[1], message.GetStatus(1));
            var outcomes = new List<RecipientOutcome>();
            for (int i = 0; i < 2; i++)
            {
                if (some.Latest[i] < RecipientStatus.Delivered)
                {
                    some.Latest[i] = _random.Next(2) == 0 ? RecipientStatus.Deferred : RecipientStatus.Delivered;
                    outcomes.Add(Outcome(i, some.Latest[i], "reply"));
                }
            }

            queue.Complete(message, [.. outcomes], _time.GetUtcNow() + TimeSpan.FromHours(1));
            if (some.Latest.All(status => status >= RecipientStatus.Delivered))
            {
                some.Exists = Existence.Maybe;
            }
        }

        /// <summary>All that happened so far is durable now.</summary>
        private void Settle(MailQueue queue)
        {
            foreach (Known known in _known.Values)
            {
                known.Latest.CopyTo(known.Durable, 0);
                known.HeldMaybe = false;
                if (known.Exists == Existence.Maybe && !queue.TryGetInfo(known.Id, out _))
                {
                    known.Exists = Existence.No;
                }
            }
        }

        private void Check(MailQueue queue)
        {
            Assert.DoesNotContain(_incidents, incident => incident.Kind
                is MailQueueIncidentKind.MessageDamaged or MailQueueIncidentKind.RecordDamaged);
            Assert.Equal(0, queue.Statistics.Quarantined);
            var found = queue.Enumerate().ToDictionary(info => info.Id);
            Assert.All(found.Keys, id => Assert.True(_known.ContainsKey(id), $"{id} was never begun"));
            foreach (Known known in _known.Values)
            {
                bool exists = found.TryGetValue(known.Id, out QueueEntryInfo info);
                Assert.True(exists || known.Exists != Existence.Surely, $"{known.Id} was acknowledged and is lost");
                Assert.True(!exists || known.Exists != Existence.No, $"{known.Id} was finished and is back");
                Adopt(queue, known, exists, info);
            }

            foreach (Known child in _known.Values.Where(known => !known.Parent.IsNone))
            {
                if (child.Exists == Existence.Surely && found.ContainsKey(child.Parent) && child.IsWarning)
                {
                    Assert.True(_known[child.Parent].Warned.Surely, "the warning would double");
                }
                else if (child.Exists == Existence.Surely && found.ContainsKey(child.Parent))
                {
                    RecipientStatus bounced = _known[child.Parent].Latest[0];
                    Assert.True(bounced >= RecipientStatus.Delivered, "the notification would double");
                }
            }
        }

        private void Adopt(MailQueue queue, Known known, bool exists, in QueueEntryInfo info)
        {
            if (!exists)
            {
                known.Exists = Existence.No;
                return;
            }

            Checks++;
            using QueuedMessage message = queue.CreateQueued();
            Assert.True(queue.TryInspect(known.Id, message));
            Assert.True(Content(known.Id, known.Length).AsSpan().SequenceEqual(message.ReadAll(65_536)));
            known.Exists = Existence.Surely;
            int unfinished = 0;
            for (int i = 0; i < 2; i++)
            {
                RecipientStatus status = message.GetStatus(i);
                Assert.True(
                    status >= known.Durable[i] && status <= known.Latest[i],
                    $"{known.Id}: recipient {i} is {status}, not between {known.Durable[i]} and {known.Latest[i]}");
                known.Durable[i] = known.Latest[i] = status;
                unfinished += status >= RecipientStatus.Delivered ? 0 : 1;
            }

            bool warned = message.IsDelayNotified(1);
            Assert.True(warned ? known.Warned.Maybe : !known.Warned.Surely, $"{known.Id}: warned is {warned}");
            known.Warned = (warned, warned);
            Assert.Equal(unfinished, info.UnfinishedRecipients);
            bool held = info.State == QueueEntryState.Held;
            Assert.True(held == known.Held || known.HeldMaybe);
            known.Held = held;
            known.HeldMaybe = false;
        }
    }
}
