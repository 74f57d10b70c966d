using System.Security.Cryptography;
using FASTER.core;
using Relay.Queue.Records;

namespace Relay.Queue.Journal;

/// <summary>
/// Opens a journal: lock, super-block, inventory of segments, our own scan, the verdict on what is missing, the new
/// generation, and only then FASTER, which is told the tail (pitfall P1). It refuses rather than forgets.
/// </summary>
internal static class JournalOpening
{
    private const string SnapshotPrefix = "index.";

    public static FasterJournal Open(JournalOptions options, IRecordVisitor visitor, JournalPosition replayFrom)
    {
        IQueueStore store = options.OpenStore?.Invoke() ?? DirectoryStore.Open(options.Directory);
        SuperBlockFile? superBlock = null;
        Segments? segments = null;
        try
        {
            superBlock = OpenSuperBlock(store, options);
            SuperBlock found = superBlock.Current;
            segments = new Segments(store, found.SegmentSize, options.SparesMax);
            segments.TakeStock(segments.NumberOf(found.Begin), found.LastSegment, options.Salvage);
            (long tail, long knownDurable) = Replay(options, segments, found, visitor, replayFrom);
            superBlock.UpdateBoth(block => block with
            {
                Generation = block.Generation + 1,
                GenerationStart = tail,
                DurableTail = tail,
                IsClean = false,
            });
            return Start(options, store, superBlock, segments, tail, knownDurable);
        }
        catch (Exception failure)
        {
            segments?.Dispose();
            superBlock?.Dispose();
            store.Dispose();
            if (failure is QueueFileException fileFailure)
            {
                throw new MailQueueException(
                    fileFailure.QueueError, $"The queue cannot be opened: {failure.Message}.", failure);
            }

            throw;
        }
    }

    private static SuperBlockFile OpenSuperBlock(IQueueStore store, JournalOptions options)
    {
        IReadOnlyList<string> names = store.List();
        if (names.Contains(SuperBlockFile.Name))
        {
            return SuperBlockFile.Open(store);
        }

        string? relic = names.FirstOrDefault(name => name.StartsWith(Segments.Prefix, StringComparison.Ordinal)
            || name.StartsWith(SnapshotPrefix, StringComparison.Ordinal));
        if (relic is not null)
        {
            throw new MailQueueException(
                MailQueueError.Damaged,
                $"{Path.Combine(store.Directory, SuperBlockFile.Name)} is missing, but {relic} is there: this is a "
                + "queue with mail in it that cannot be read without that file. Restore it from a backup; or, to give up "
                + "what is queued, move the whole directory away and start again.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options.SegmentSize, JournalOptions.SegmentSizeMin);
        if (!System.Numerics.BitOperations.IsPow2(options.SegmentSize))
        {
            throw new ArgumentException("The segment size must be a power of two.", nameof(options));
        }

        return SuperBlockFile.Create(store, new SuperBlock
        {
            Salt = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))),
            Begin = LogFormat.FirstAddress,
            DurableTail = LogFormat.FirstAddress,
            GenerationStart = LogFormat.FirstAddress,
            SegmentSize = options.SegmentSize,
            PageSize = LogFormat.PageSizeFor(options.SegmentSize),
            LastSegment = -1,
        });
    }

    private static (long Tail, long KnownDurable) Replay(
        JournalOptions options, Segments segments, SuperBlock superBlock, IRecordVisitor visitor, JournalPosition from)
    {
        var scanner = new LogScanner(segments, superBlock, from, visitor);
        scanner.Run();
        foreach (LogGap gap in scanner.Gaps)
        {
            bool wasDurable = gap.Address < scanner.KnownDurable;
            if (wasDurable && gap.IsFatal && !options.Salvage)
            {
                throw segments.Refusal(
                    segments.NumberOf(gap.Address),
                    $"holds no valid record from offset {gap.Address % superBlock.SegmentSize} on, "
                    + $"for {gap.Length} octets");
            }
        }

        foreach (LogGap gap in scanner.Gaps)
        {
            if (gap.Address < scanner.KnownDurable)
            {
                options.Notice?.Invoke(
                    $"{segments.PathOf(segments.NumberOf(gap.Address))} is damaged at offset "
                    + $"{gap.Address % superBlock.SegmentSize}, {gap.Length} octets: records are lost.");
                visitor.VisitDamage(gap.Address, gap.Length);
            }
            else
            {
                CloseGap(segments, superBlock, gap);
            }
        }

        // A killed process may have left in the page cache what never reached the disk; it was just taken for true.
        int first = segments.NumberOf(Math.Min(superBlock.DurableTail, scanner.Tail));
        for (int number = first; number <= superBlock.LastSegment; number++)
        {
            segments.GetWriter(number).Sync();
        }

        return (scanner.Tail, scanner.KnownDurable);
    }

    /// <summary>
    /// Fills a gap that an unfinished write left before records that survived, so that no later opening takes it for
    /// damage.
    /// </summary>
    private static void CloseGap(Segments segments, SuperBlock superBlock, LogGap gap)
    {
        if (gap.Length < LogFormat.EntryLengthMin)
        {
            return;
        }

        byte[] entry = new byte[gap.Length];
        LogFormat.WritePayloadLength(entry, gap.Length - LogFormat.EntryHeaderLength);
        RecordLayout.Seal(
            entry.AsSpan(LogFormat.EntryHeaderLength),
            new RecordHeader(QueueRecordKind.Void, 0, 0),
            superBlock.Salt,
            gap.Generation,
            hint: gap.Address + gap.Length,
            committedUntil: 0);
        segments.GetWriter(segments.NumberOf(gap.Address)).Write(gap.Address % superBlock.SegmentSize, entry);
    }

    private static FasterJournal Start(
        JournalOptions options,
        IQueueStore store,
        SuperBlockFile superBlock,
        Segments segments,
        long tail,
        long knownDurable)
    {
        SuperBlock block = superBlock.Current;
        var wake = new WakeSignal();
        var device = new SegmentDevice(segments, wake);
        FasterLog? log = null;
        var keeper = new SegmentKeeper(
            segments, superBlock, options, () => log?.FlushedUntilAddress ?? superBlock.Current.DurableTail);
        try
        {
            if (block.LastSegment < 0)
            {
                // A new queue should fail at once if it has no space; an old one opens, to deliver what it has.
                keeper.MakeNow(tail);
            }

            log = OpenLog(device, block, tail);
            var committer = new Committer(log, new SectorFiller(log, block), device, segments, keeper, wake, options);
            keeper.Changed = committer.RetryNow;
            committer.Start();
            keeper.Start(tail);
            return new FasterJournal(
                new JournalResources(store, superBlock, segments, keeper, device, log), committer, knownDurable);
        }
        catch
        {
            keeper.StopAsync(clean: false);
            log?.Dispose();
            throw;
        }
    }

    private static FasterLog OpenLog(SegmentDevice device, SuperBlock block, long tail)
    {
        long begin = block.Begin;
        var settings = new FasterLogSettings
        {
            LogDevice = device,
            LogCommitManager = new NoCommitManager(begin, tail),
            LogChecksum = LogChecksumType.PerEntry,
            PageSize = block.PageSize,
            MemorySize = LogFormat.MemorySizeFor(block.SegmentSize),
            SegmentSize = block.SegmentSize,
            MutableFraction = 0,
            FastCommitMode = false,
            TryRecoverLatest = false,
            TolerateDeviceFailure = false,
            AutoCommit = false,
            AutoRefreshSafeTailAddress = false,
        };
        var log = new FasterLog(settings);
        if (tail > LogFormat.FirstAddress)
        {
            log.Recover();
        }

        if (log.TailAddress != tail || log.FlushedUntilAddress != tail)
        {
            log.Dispose();
            throw new MailQueueException(
                MailQueueError.Damaged,
                $"The log did not open at its end: {log.TailAddress} instead of {tail}. Nothing was changed.");
        }

        return log;
    }
}
