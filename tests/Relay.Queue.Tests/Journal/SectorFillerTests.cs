using Relay.Queue.Journal;

namespace Relay.Queue.Tests.Journal;

/// <summary>Where commits end, and what the filling of their last sector means to those who read the log.</summary>
public sealed class SectorFillerTests : IDisposable
{
    private readonly JournalFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_commit_of_many_sectors_fills_its_last_one_and_no_octet_is_written_twice()
    {
        long written = 0;
        var store = new FaultyStore(_fixture.Directory)
        {
            Written = (name, length) =>
                written += name.StartsWith(Segments.Prefix, StringComparison.Ordinal) ? length : 0,
        };
        FasterJournal journal = _fixture.Open(store: store);
        ulong id = 0;
        while (id < 60)
        {
            for (int i = 0; i < 5; i++)
            {
                await JournalFixture.AppendAsync(journal, ++id, 2000 + (int)id);
            }

            await JournalFixture.CommitAsync(journal);
            Assert.Equal(0, journal.CommittedAddress % SegmentDevice.Sector);
        }

        Assert.Equal(journal.TailAddress, written);
        await JournalFixture.CloseAsync(journal);

        journal = _fixture.Open();
        _fixture.AssertReplayed(Enumerable.Range(1, 60).Select(static i => (ulong)i));
        Assert.Empty(_fixture.Visitor.Damages);
        await JournalFixture.CloseAsync(journal);
    }

    [Fact]
    public async Task Small_commits_share_a_sector_so_that_a_trickle_does_not_grow_the_log()
    {
        FasterJournal journal = _fixture.Open();
        for (ulong id = 1; id <= 10; id++)
        {
            await JournalFixture.AppendAsync(journal, id, 300);
            await JournalFixture.CommitAsync(journal);
        }

        Assert.InRange(journal.TailAddress, 10 * 352, 10 * 352 * 3 / 2);
        await JournalFixture.CloseAsync(journal);
        journal = _fixture.Open();
        _fixture.AssertReplayed(Enumerable.Range(1, 10).Select(static i => (ulong)i));
        await JournalFixture.CloseAsync(journal);
    }
}
