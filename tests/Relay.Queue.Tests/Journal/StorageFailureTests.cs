using Relay.Queue.Journal;
using Relay.Queue.Records;
using static Relay.Queue.Tests.QueueExtensions;

namespace Relay.Queue.Tests.Journal;

/// <summary>
/// EIO at every write, a disk that fills up: waiters are told, nothing acknowledged is lost, nothing hangs.
/// </summary>
public sealed class StorageFailureTests : IDisposable
{
    private const int InputOutputError = 5;
    private const int NoSpace = 28;

    private readonly JournalFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_failure_of_any_one_write_or_all_after_it_loses_nothing_acknowledged(bool isLasting)
    {
        bool failed = true;
        for (int index = 0; failed; index++)
        {
            Assert.True(index < 500);
            failed = await FailAtAsync(index, isLasting);
            Directory.Delete(_fixture.Directory, recursive: true);
        }
    }

    [Fact]
    public async Task While_storage_fails_mail_is_refused_and_states_are_kept_until_it_works_again()
    {
        var store = new FaultyStore(_fixture.Directory);
        FasterJournal journal = _fixture.Open(store: store);
        await JournalFixture.AppendAsync(journal, 1);
        await JournalFixture.CommitAsync(journal);
        store.Fault = static (operation, name) => operation == "pwrite" && name != "q.super" ? InputOutputError : 0;
        await JournalFixture.AppendAsync(journal, 2);
        MailQueueException error =
            await Assert.ThrowsAsync<MailQueueException>(() => JournalFixture.CommitAsync(journal));
        Assert.Equal(MailQueueError.StorageFailed, error.Error);
        Assert.Equal(MailQueueError.StorageFailed, journal.Condition);
        await Assert.ThrowsAsync<MailQueueException>(async () => await JournalFixture.AppendAsync(journal, 3));
        long state = await journal.AppendAsync(
            new RecordHeader(QueueRecordKind.State, 0, 4), new TestEntry(JournalFixture.Body(4)));
        byte[] buffer = [];
        error = Assert.Throws<MailQueueException>(() => { journal.Read(state, 0, ref buffer, out _); });
        Assert.Equal(MailQueueError.StorageFailed, error.Error);

        store.Fault = static (_, _) => 0;
        await EventuallyAsync(() => journal.Condition == MailQueueError.None);
        await JournalFixture.AppendAsync(journal, 5);
        await JournalFixture.CommitAsync(journal);
        Assert.Equal(JournalFixture.Body(4), journal.Read(state, 0, ref buffer, out _).ToArray());
        await JournalFixture.CloseAsync(journal);
        journal = _fixture.Open();
        _fixture.AssertReplayed([1, 2, 4, 5]);
        await JournalFixture.CloseAsync(journal);
    }

    [Fact]
    public async Task A_full_buffer_while_storage_fails_refuses_instead_of_waiting()
    {
        var store = new FaultyStore(_fixture.Directory);
        FasterJournal journal = _fixture.Open(store: store);
        store.Fault = static (operation, _) => operation == "pwrite" ? InputOutputError : 0;
        MailQueueException error = await Assert.ThrowsAsync<MailQueueException>(async () =>
        {
            for (ulong id = 1; id < 1000; id++)
            {
                await journal.AppendAsync(
                    new RecordHeader(QueueRecordKind.State, 0, id),
                    new TestEntry(JournalFixture.Body(id, 50_000))).AsTask().WaitAsync(JournalFixture.Deadline);
            }
        });
        Assert.Equal(MailQueueError.StorageFailed, error.Error);
        await JournalFixture.CloseAsync(journal);
    }

    [Fact]
    public async Task The_next_segment_is_filled_in_small_steps_as_far_as_the_log_has_come()
    {
        int largest = 0;
        var store = new FaultyStore(_fixture.Directory);
        FasterJournal journal = _fixture.Open(store: store);
        store.Written = (name, length) => largest = name == "spare.new" ? Math.Max(largest, length) : largest;
        long size = journal.SegmentSize;
        for (long log = 0; log < size * 3 / 8; log = journal.CommittedAddress)
        {
            // Two octets for each of the log, an eighth ahead, in whole steps.
            long due = Math.Min(size, (2 * log) + (size / 8));
            await EventuallyAsync(() => journal.BytesOnDisk >= (2 * size) + due);
            Assert.InRange(journal.BytesOnDisk, (2 * size) + due, (2 * size) + due + (64 << 10));
            await JournalFixture.AppendAsync(journal, 1, 40_000);
            await JournalFixture.CommitAsync(journal);
        }

        Assert.Equal(64 << 10, largest);
        await JournalFixture.CloseAsync(journal);
        journal = _fixture.Open(); // what was begun and not finished is begun anew
        await EventuallyAsync(() => journal.BytesOnDisk > 2 * size);
        await JournalFixture.CloseAsync(journal);
    }

    [Fact]
    public async Task The_next_segment_is_filled_in_larger_steps_when_the_log_runs_ahead()
    {
        int largest = 0;
        using var first = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var store = new FaultyStore(_fixture.Directory);
        FasterJournal journal = _fixture.Open(store: store);
        store.Written = (name, length) =>
        {
            if (name == "spare.new")
            {
                first.Set();
                go.Wait(JournalFixture.Deadline);
                largest = Math.Max(largest, length);
            }
        };
        while (!first.IsSet)
        {
            await JournalFixture.AppendAsync(journal, 1, 40_000);
            await JournalFixture.CommitAsync(journal);
        }

        long begin = journal.CommittedAddress; // one step is under way; meanwhile the log grows
        while (journal.CommittedAddress < begin + (journal.SegmentSize * 3 / 8))
        {
            await JournalFixture.AppendAsync(journal, 1, 40_000);
            await JournalFixture.CommitAsync(journal);
        }

        go.Set();
        while (journal.BytesOnDisk < 3 * journal.SegmentSize)
        {
            await JournalFixture.AppendAsync(journal, 1, 1000); // what is whole, and when, goes by the log's length
            await JournalFixture.CommitAsync(journal);
        }

        Assert.InRange(largest, 256 << 10, 1 << 20);
        await JournalFixture.CloseAsync(journal);
    }

    [Fact]
    public async Task Without_space_for_another_segment_states_still_go_and_truncation_brings_the_queue_back()
    {
        var store = new FaultyStore(_fixture.Directory);
        FasterJournal journal = _fixture.Open(store: store);
        await WriteUntilThirdSegmentAsync(journal);
        store.Fault = static (operation, name) => operation == "open" && name == "spare.new" ? NoSpace : 0;
        await FillAsync(journal);
        Assert.Equal(MailQueueError.InsufficientStorage, journal.Condition);
        for (ulong id = 10_000; id < 10_100; id++)
        {
            await journal.AppendAsync(
                new RecordHeader(QueueRecordKind.State, 0, id), new TestEntry(JournalFixture.Body(id, 100)));
            await JournalFixture.CommitAsync(journal);
        }

        journal.TruncateBefore(journal.CommittedAddress);
        await EventuallyAsync(() => journal.Condition == MailQueueError.None);
        await JournalFixture.AppendAsync(journal, 20_000);
        await JournalFixture.CommitAsync(journal);
        await JournalFixture.CloseAsync(journal);
        journal = _fixture.Open();
        Assert.Equal(20_000UL, _fixture.Visitor.Ids.Last());
        await JournalFixture.CloseAsync(journal);
    }

    [Fact]
    public async Task When_the_last_segment_is_full_waiters_are_refused_and_all_comes_back_with_the_space()
    {
        var store = new FaultyStore(_fixture.Directory);
        FasterJournal journal = _fixture.Open(store: store);
        await WriteUntilThirdSegmentAsync(journal);
        store.Fault = static (operation, name) => operation == "open" && name == "spare.new" ? NoSpace : 0;
        var acknowledged = new List<ulong>();
        MailQueueException error = await Assert.ThrowsAsync<MailQueueException>(async () =>
        {
            for (ulong id = 1; id < 1000; id++)
            {
                await JournalFixture.AppendAsync(journal, id, 20_000);
                await JournalFixture.CommitAsync(journal);
                acknowledged.Add(id);
            }
        });
        Assert.Equal(MailQueueError.InsufficientStorage, error.Error);
        store.Fault = static (_, _) => 0;
        await EventuallyAsync(() => journal.Condition == MailQueueError.None);
        await JournalFixture.AppendAsync(journal, 2000);
        await JournalFixture.CommitAsync(journal);
        acknowledged.Add(2000);
        await JournalFixture.CloseAsync(journal);
        journal = _fixture.Open();
        Assert.Empty(acknowledged.Except(_fixture.Visitor.Ids));
        await JournalFixture.CloseAsync(journal);
    }

    [Fact]
    public async Task A_log_that_outruns_a_disk_without_space_keeps_room_for_states_and_drains()
    {
        using var found = new ManualResetEventSlim();
        var store = new FaultyStore(_fixture.Directory);
        FasterJournal journal = _fixture.Open(store: store);
        await WriteUntilThirdSegmentAsync(journal);
        store.Fault = (operation, name) =>
        {
            if (operation != "open" || name != "spare.new")
            {
                return 0;
            }

            found.Wait();
            return NoSpace; // found out late: all the while the log is written as fast as it goes
        };
        await FillBufferAsync(journal);
        found.Set();
        await EventuallyAsync(() => journal.Condition == MailQueueError.InsufficientStorage);
        for (ulong id = 10_000; id < 10_100; id++)
        {
            await journal.AppendAsync(
                new RecordHeader(QueueRecordKind.State, 0, id), new TestEntry(JournalFixture.Body(id, 100)));
            await JournalFixture.CommitAsync(journal);
        }

        journal.TruncateBefore(journal.CommittedAddress);
        await EventuallyAsync(() => journal.Condition == MailQueueError.None);
        await JournalFixture.CloseAsync(journal);
    }

    /// <summary>The third segment is filled while the log comes to the middle of the first.</summary>
    private static async Task WriteUntilThirdSegmentAsync(FasterJournal journal)
    {
        const ulong id = 5000;
        Assert.True(journal.BytesOnDisk < 3 * journal.SegmentSize);
        for (int appended = 0; appended < 12; appended++)
        {
            await JournalFixture.AppendAsync(journal, id, 40_000);
            await JournalFixture.CommitAsync(journal);
        }

        await EventuallyAsync(() => journal.BytesOnDisk == 3 * journal.SegmentSize);
    }

    /// <summary>Appends without waiting for commits until the buffer is full and nothing moves any more.</summary>
    private static async Task FillBufferAsync(FasterJournal journal)
    {
        ulong id = 1;
        for (int idle = 0; idle < 20_000; idle++)
        {
            var header = new RecordHeader(QueueRecordKind.Accept, 0, id);
            if (journal.TryAppend(header, new TestEntry(JournalFixture.Body(id, 20_000)), out _))
            {
                Assert.True(id++ < 1000);
                idle = 0;
            }
            else
            {
                await Task.Yield();
            }
        }
    }

    private static async Task FillAsync(FasterJournal journal)
    {
        for (ulong id = 1; journal.Condition == MailQueueError.None; id++)
        {
            await JournalFixture.AppendAsync(journal, id, 20_000);
            await JournalFixture.CommitAsync(journal);
            Assert.True(id < 1000);
        }
    }

    /// <summary>Works for a while with the given write failing; false if there were fewer writes.</summary>
    private async Task<bool> FailAtAsync(int index, bool isLasting)
    {
        int writes = 0;
        bool failed = false;
        var acknowledged = new List<ulong>();
        var store = new FaultyStore(_fixture.Directory)
        {
            Fault = (operation, _) =>
            {
                if (operation is "pread" or "open")
                {
                    return 0;
                }

                int number = Interlocked.Increment(ref writes) - 1;
                failed |= number == index;
                return number == index || (isLasting && number > index) ? InputOutputError : 0;
            },
        };
        try
        {
            FasterJournal journal = _fixture.Open(store: store);
            for (ulong id = 1; id <= 45; id++)
            {
                try
                {
                    await JournalFixture.AppendAsync(journal, id, 25_000);
                    await JournalFixture.CommitAsync(journal);
                    acknowledged.Add(id);
                }
                catch (MailQueueException error)
                {
                    Assert.Equal(MailQueueError.StorageFailed, error.Error);
                }
            }

            await JournalFixture.CloseAsync(journal);
        }
        catch (MailQueueException error)
        {
            // The journal could not be opened, and says so.
            Assert.Equal(MailQueueError.StorageFailed, error.Error);
            Assert.Empty(acknowledged);
        }

        FasterJournal again = _fixture.Open();
        Assert.Empty(_fixture.Visitor.Damages);
        Assert.Empty(acknowledged.Except(_fixture.Visitor.Ids));
        await JournalFixture.CloseAsync(again);
        return failed;
    }
}
