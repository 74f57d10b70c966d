using Relay.Queue.Journal;

namespace Relay.Queue.Tests.Journal;

/// <summary>What a message costs the disk, in batches of a size that the test sets and not the machine's speed.</summary>
public sealed class WrittenOctetsTests : IDisposable
{
    private const int Messages = 10_000;
    private const string LogPrefix = "q.log.";

    private readonly JournalFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    /// <param name="batch">Messages in each commit.</param>
    /// <param name="factorMax">Octets written for each of the messages' own.</param>
    [Theory]
    [InlineData(100, 1.045)]
    [InlineData(5, 1.3)]
    public async Task A_2_KB_message_costs_little_more_than_its_size(int batch, double factorMax)
    {
        long written = 0;
        var store = new FaultyStore(_fixture.Directory)
        {
            Written = (name, length) =>
            {
                if (name.StartsWith(LogPrefix, StringComparison.Ordinal))
                {
                    Interlocked.Add(ref written, length);
                }
            },
        };
        FasterJournal journal = _fixture.Open(store: store);
        for (ulong id = 1; id <= Messages; id++)
        {
            await JournalFixture.AppendAsync(journal, id, 2048);
            if (id % (ulong)batch == 0)
            {
                await JournalFixture.CommitAsync(journal);
                journal.TruncateBefore(journal.CommittedAddress);
            }
        }

        Assert.Equal(Messages / batch, journal.Commits);
        await JournalFixture.CloseAsync(journal);
        double factor = written / (Messages * 2048.0);
        TestContext.Current.TestOutputHelper?.WriteLine($"{factor:F3} times");
        Assert.InRange(factor, 1.0, factorMax);
    }

    [Fact]
    public async Task All_who_come_while_a_batch_is_written_are_in_the_next_one()
    {
        using var begun = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var store = new FaultyStore(_fixture.Directory)
        {
            Written = (name, _) =>
            {
                if (name.StartsWith(LogPrefix, StringComparison.Ordinal))
                {
                    begun.Set();
                    go.Wait(JournalFixture.Deadline);
                }
            },
        };
        FasterJournal journal = _fixture.Open(store: store);
        var waiters = new List<Task>();
        for (ulong id = 1; id <= 101; id++)
        {
            await JournalFixture.AppendAsync(journal, id, 2048);
            var waiter = new TaskWaiter();
            journal.Join(waiter);
            waiters.Add(waiter.Task);
            Assert.True(begun.Wait(JournalFixture.Deadline, TestContext.Current.CancellationToken));
        }

        go.Set();
        await Task.WhenAll(waiters).WaitAsync(JournalFixture.Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(2, journal.Commits);
        await JournalFixture.CloseAsync(journal);
    }
}
