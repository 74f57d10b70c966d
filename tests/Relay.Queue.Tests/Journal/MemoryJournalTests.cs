using Relay.Queue.Journal;
using Relay.Queue.Records;

namespace Relay.Queue.Tests.Journal;

public sealed class MemoryJournalTests
{
    [Fact]
    public async Task Records_are_read_back_and_replayed_in_address_order()
    {
        await using var journal = new MemoryJournal(pageSize: 4096);
        var addresses = new List<long>();
        for (int i = 0; i < 100; i++)
        {
            addresses.Add(await journal.AppendAsync(
                new RecordHeader(QueueRecordKind.Accept, (ushort)i, (ulong)i), new TestEntry(Body(i))));
        }

        await journal.CommitAsync();
        byte[] buffer = [];
        for (int i = 0; i < 100; i++)
        {
            ReadOnlyMemory<byte> body = journal.Read(addresses[i], 0, ref buffer, out RecordHeader header);
            Assert.Equal(Body(i), body.ToArray());
            Assert.Equal(new RecordHeader(QueueRecordKind.Accept, (ushort)i, (ulong)i), header);
        }

        var visitor = new RecordingVisitor();
        journal.Reopen(visitor, default);
        Assert.Equal(addresses, visitor.Records.Select(record => record.Address));
        Assert.Empty(visitor.Damages);
    }

    [Fact]
    public async Task Every_waiter_is_completed_once()
    {
        await using var journal = new MemoryJournal();
        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), async (_, cancel) =>
        {
            var waiter = new TaskWaiter();
            journal.Join(waiter);
            await waiter.Task.WaitAsync(TimeSpan.FromSeconds(60), cancel);
        });
    }

    [Fact]
    public async Task Truncation_frees_whole_pages_and_reads_below_fail()
    {
        await using var journal = new MemoryJournal(pageSize: 4096);
        long first = await journal.AppendAsync(default, new TestEntry(new byte[3000]));
        long second = await journal.AppendAsync(default, new TestEntry(new byte[3000]));
        Assert.Equal(8192, journal.BytesOnDisk);

        journal.TruncateBefore(second);

        Assert.Equal(4096, journal.BytesOnDisk);
        Assert.Equal(4096, journal.BeginAddress);
        byte[] buffer = [];
        MailQueueException error = Assert.Throws<MailQueueException>(
            () => { journal.Read(first, 0, ref buffer, out _); });
        Assert.Equal(MailQueueError.Damaged, error.Error);
    }

    private static byte[] Body(int i)
    {
        byte[] body = new byte[i * 7];
        new Random(i).NextBytes(body);
        return body;
    }
}
