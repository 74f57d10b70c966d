using Relay.Queue.Journal;

namespace Relay.Queue.Tests.Journal;

/// <summary>A real file system that is really full.</summary>
public sealed class FullDiskTests
{
    private static readonly TimeSpan Deadline = JournalFixture.Deadline;

    [Fact]
    public async Task A_full_disk_refuses_loses_nothing_and_comes_back_with_space()
    {
        using SmallFileSystem? disk = SmallFileSystem.TryMount(4_500_000);
        Assert.SkipWhen(disk is null, "Only root may mount a small file system.");
        FasterJournal journal = Open(disk.Directory, new RecordingVisitor());
        var acknowledged = new List<ulong>();
        ulong id = 0;
        MailQueueException error = await Assert.ThrowsAsync<MailQueueException>(async () =>
        {
            for (; id < 10_000; id++)
            {
                await JournalFixture.AppendAsync(journal, id, 10_000).AsTask().WaitAsync(Deadline);
                await JournalFixture.CommitAsync(journal);
                acknowledged.Add(id);
            }
        });
        Assert.Equal(MailQueueError.InsufficientStorage, error.Error);
        Assert.Equal(MailQueueError.InsufficientStorage, journal.Condition);
        Assert.InRange(acknowledged.Count, 200, 450);
        await JournalFixture.CloseAsync(journal);

        var visitor = new RecordingVisitor();
        journal = Open(disk.Directory, visitor);
        Assert.Empty(acknowledged.Except(visitor.Ids));
        Assert.Empty(visitor.Damages);
        journal.TruncateBefore(journal.CommittedAddress);
        using var deadline = new CancellationTokenSource(Deadline);
        string first = Path.Combine(disk.Directory, Segments.NameOf(0));
        while (File.Exists(first) || journal.Condition != MailQueueError.None)
        {
            // No failure was known before the first attempt; space there is when what was truncated is given back.
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        for (int i = 0; i < 200; i++)
        {
            await JournalFixture.AppendAsync(journal, ++id, 10_000).AsTask().WaitAsync(Deadline);
            await JournalFixture.CommitAsync(journal);
        }

        await JournalFixture.CloseAsync(journal);
        visitor = new RecordingVisitor();
        journal = Open(disk.Directory, visitor);
        Assert.Equal(id, visitor.Ids.Last());
        await JournalFixture.CloseAsync(journal);
    }

    private static FasterJournal Open(string directory, RecordingVisitor visitor) => FasterJournal.Open(
        new JournalOptions
        {
            Directory = directory,
            SegmentSize = JournalOptions.SegmentSizeMin,
            SuperBlockInterval = TimeSpan.FromMilliseconds(20),
            RetryInterval = TimeSpan.FromMilliseconds(5),
        },
        visitor);
}
