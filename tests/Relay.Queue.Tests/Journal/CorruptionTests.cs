using Relay.Queue.Journal;

namespace Relay.Queue.Tests.Journal;

/// <summary>
/// Every file of the queue deleted, cut, zeroed, flipped: the journal opens with everything, or with everything but
/// what it reports as damaged, or refuses with the file's name and a remedy. It never forgets in silence.
/// </summary>
public sealed class CorruptionTests : IDisposable
{
    private const int RecordCount = 120;

    private readonly JournalFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whole_files_deleted_cut_or_zeroed(bool isClosed)
    {
        Dictionary<string, byte[]> files = await BuildAsync(isClosed);
        foreach (string name in files.Keys)
        {
            byte[] original = files[name];
            await CheckAsync(files, name, null);
            await CheckAsync(files, name, []);
            await CheckAsync(files, name, original[..(original.Length / 2)]);
            await CheckAsync(files, name, original[..Math.Max(0, original.Length - 1)]);
            await CheckAsync(files, name, new byte[original.Length]);
        }

        Assert.Equal(MailQueueError.Damaged, await CheckAsync(files, "q.super", null));
        Assert.Equal(MailQueueError.Damaged, await CheckAsync(files, "q.super", new byte[8192]));
        Assert.Equal(MailQueueError.Damaged, await CheckAsync(files, "q.log.0", null));
        Assert.Equal(MailQueueError.Damaged, await CheckAsync(files, "q.log.0", new byte[files["q.log.0"].Length]));
        Assert.Equal(MailQueueError.Damaged, await CheckAsync(files, "q.log.2", new byte[files["q.log.2"].Length]));
    }

    [Fact]
    public async Task Single_octets_flipped()
    {
        Dictionary<string, byte[]> files = await BuildAsync(isClosed: true);
        var random = new Random(1);
        foreach (string name in files.Keys.Where(name => files[name].Length > 0))
        {
            for (int i = 0; i < 25; i++)
            {
                byte[] changed = [.. files[name]];
                changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
                await CheckAsync(files, name, changed);
            }
        }
    }

    [Fact]
    public async Task Sectors_zeroed_or_filled_with_junk()
    {
        Dictionary<string, byte[]> files = await BuildAsync(isClosed: true);
        var random = new Random(2);
        foreach (string name in files.Keys.Where(name => files[name].Length > 0))
        {
            for (int i = 0; i < 25; i++)
            {
                byte[] changed = [.. files[name]];
                int offset = random.Next(changed.Length / 4096) * 4096;
                Span<byte> sector = changed.AsSpan(offset, 4096);
                sector.Clear();
                if (i % 2 == 0)
                {
                    random.NextBytes(sector);
                }

                await CheckAsync(files, name, changed);
            }
        }
    }

    [Fact]
    public async Task Either_copy_of_the_super_block_suffices()
    {
        Dictionary<string, byte[]> files = await BuildAsync(isClosed: true);
        for (int slot = 0; slot < 2; slot++)
        {
            byte[] changed = [.. files["q.super"]];
            changed.AsSpan(slot * SuperBlock.SlotLength, SuperBlock.SlotLength).Clear();
            Assert.Null(await CheckAsync(files, "q.super", changed));
        }
    }

    [Fact]
    public async Task Stray_files_do_not_matter()
    {
        Dictionary<string, byte[]> files = await BuildAsync(isClosed: true);
        string[] strays = ["q.log.tmp", "q.log.", "q.log.77", "q.log.-1", "spare.x", "spare.new", "commit.1"];
        foreach (string stray in strays)
        {
            Assert.Null(await CheckAsync(files, stray, [1, 2, 3]));
        }
    }

    [Fact]
    public async Task Salvage_keeps_what_can_be_read_when_a_segment_is_lost()
    {
        Dictionary<string, byte[]> files = await BuildAsync(isClosed: true);
        Restore(files);
        File.Delete(Path.Combine(_fixture.Directory, "q.log.1"));
        FasterJournal journal = _fixture.Open(salvage: true);
        Assert.InRange(_fixture.Visitor.Records.Count, RecordCount / 3, RecordCount - 10);
        Assert.NotEmpty(_fixture.Visitor.Damages);
        await JournalFixture.AppendAsync(journal, 5000);
        await JournalFixture.CommitAsync(journal);
        await JournalFixture.CloseAsync(journal);
        journal = _fixture.Open(salvage: true);
        Assert.Equal(5000UL, _fixture.Visitor.Ids.Last());
        await JournalFixture.CloseAsync(journal);
    }

    [Fact]
    public async Task A_damaged_record_in_the_middle_is_reported_and_the_rest_lives()
    {
        FasterJournal journal = _fixture.Open();
        long damaged = 0;
        for (ulong id = 1; id <= 100; id++)
        {
            long address = await JournalFixture.AppendAsync(journal, id);
            damaged = id == 50 ? address : damaged;
        }

        await JournalFixture.CommitAsync(journal);
        await JournalFixture.CloseAsync(journal);
        using (FileStream file = File.OpenWrite(Path.Combine(_fixture.Directory, "q.log.0")))
        {
            file.Position = damaged + 8; // its length, so that the next record must be found
            file.WriteByte(0xAB);
        }

        journal = _fixture.Open();
        _fixture.AssertReplayed(Enumerable.Range(1, 100).Where(id => id != 50).Select(id => (ulong)id));
        Assert.Equal(damaged, Assert.Single(_fixture.Visitor.Damages).Address);
        byte[] buffer = [];
        MailQueueException error = Assert.Throws<MailQueueException>(
            () => { journal.Read(damaged, 0, ref buffer, out _); });
        Assert.Equal(MailQueueError.Damaged, error.Error);
        await JournalFixture.CloseAsync(journal);
    }

    private async Task<Dictionary<string, byte[]>> BuildAsync(bool isClosed)
    {
        FasterJournal journal = _fixture.Open();
        for (ulong id = 1; id <= RecordCount; id++)
        {
            await JournalFixture.AppendAsync(journal, id, 20_000);
            if (id % 10 == 0)
            {
                await JournalFixture.CommitAsync(journal);
            }
        }

        Dictionary<string, byte[]>? files = null;
        if (!isClosed)
        {
            await TailNotedAsync(journal);
            files = Snapshot();
        }

        await JournalFixture.CloseAsync(journal);
        return files ?? Snapshot();
    }

    /// <summary>
    /// Waits for the super-block to know the tail: what a crash leaves in the interval before may be lost to damage of
    /// the last segment without a trace, and the documentation says so.
    /// </summary>
    private async Task TailNotedAsync(FasterJournal journal)
    {
        using var deadline = new CancellationTokenSource(JournalFixture.Deadline);
        long noted = 0;
        while (noted < journal.CommittedAddress)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
            byte[] slots = await File.ReadAllBytesAsync(Path.Combine(_fixture.Directory, "q.super"), deadline.Token);
            for (int slot = 0; slot < 2; slot++)
            {
                if (SuperBlock.TryRead(slots.AsSpan(slot * SuperBlock.SlotLength), out SuperBlock block))
                {
                    noted = Math.Max(noted, block.DurableTail);
                }
            }
        }
    }

    private Dictionary<string, byte[]> Snapshot() => Directory.GetFiles(_fixture.Directory)
        .Where(path => !path.EndsWith("q.lock", StringComparison.Ordinal))
        .ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes);

    private void Restore(Dictionary<string, byte[]> files)
    {
        Directory.Delete(_fixture.Directory, recursive: true);
        Directory.CreateDirectory(_fixture.Directory);
        foreach ((string name, byte[] octets) in files)
        {
            File.WriteAllBytes(Path.Combine(_fixture.Directory, name), octets);
        }
    }

    /// <summary>Opens with one file changed and judges what happens; returns the refusal's reason, or null.</summary>
    private async Task<MailQueueError?> CheckAsync(Dictionary<string, byte[]> files, string name, byte[]? changed)
    {
        Restore(files);
        string path = Path.Combine(_fixture.Directory, name);
        if (changed is null)
        {
            File.Delete(path);
        }
        else
        {
            await File.WriteAllBytesAsync(path, changed);
        }

        FasterJournal journal;
        try
        {
            journal = _fixture.Open();
        }
        catch (MailQueueException refusal)
        {
            Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
            Assert.Contains("backup", refusal.Message, StringComparison.Ordinal);
            return refusal.Error;
        }

        ulong[] all = [.. Enumerable.Range(1, RecordCount).Select(id => (ulong)id)];
        ulong[] missing = [.. all.Except(_fixture.Visitor.Ids)];
        Assert.True(missing.Length == 0 || _fixture.Visitor.Damages.Count > 0, $"{name}: {missing.Length} forgotten");
        Assert.True(missing.Length <= 2, $"{name}: {missing.Length} lost to one sector");
        await JournalFixture.AppendAsync(journal, 9999);
        await JournalFixture.CommitAsync(journal);
        await JournalFixture.CloseAsync(journal);
        journal = _fixture.Open();
        Assert.Equal([.. all.Except(missing), 9999UL], _fixture.Visitor.Ids);
        await JournalFixture.CloseAsync(journal);
        return null;
    }
}
