using Relay.Queue.Journal;

namespace Relay.Queue.Tests.Journal;

/// <summary>What a message costs the disk.</summary>
public sealed class WrittenOctetsTests : IDisposable
{
    private readonly JournalFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_2_KB_message_of_100_writers_costs_at_most_1_3_times_its_size()
    {
        long written = 0;
        var store = new FaultyStore(_fixture.Directory)
        {
            Written = (name, length) =>
            {
                if (name.StartsWith("q.log.", StringComparison.Ordinal))
                {
                    Interlocked.Add(ref written, length);
                }
            },
        };
        FasterJournal journal = _fixture.Open(store: store);
        await Parallel.ForEachAsync(
            Enumerable.Range(1, 10_000),
            new ParallelOptions { MaxDegreeOfParallelism = 100 },
            async (id, cancel) =>
            {
                await JournalFixture.AppendAsync(journal, (ulong)id, 2048);
                var waiter = new TaskWaiter();
                journal.Join(waiter);
                await waiter.Task.WaitAsync(JournalFixture.Deadline, cancel);
                journal.TruncateBefore(journal.CommittedAddress);
            });
        await JournalFixture.CloseAsync(journal);
        double factor = written / (10_000 * 2048.0);
        TestContext.Current.TestOutputHelper?.WriteLine($"{factor:F3} times, {journal.Commits} commits");
        Assert.InRange(factor, 1.0, 1.3);
    }
}
