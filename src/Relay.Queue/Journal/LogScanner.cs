using Relay.Queue.Records;

namespace Relay.Queue.Journal;

/// <summary>
/// Reads the log from a position to its end and finds where that is. It trusts a record only if its checksum, its
/// generation and its hint agree, so neither a torn write, nor what a recycled segment held before, nor a message's
/// content passes for a record. After something invalid it looks for the next valid record in the page.
/// </summary>
internal sealed class LogScanner
{
    private const int EntryAlignment = 4;

    private readonly Segments _segments;
    private readonly SuperBlock _superBlock;
    private readonly IRecordVisitor _visitor;
    private readonly byte[] _page;
    private readonly long _end;
    private uint _generation;
    private long _expected;

    public LogScanner(Segments segments, SuperBlock superBlock, JournalPosition from, IRecordVisitor visitor)
    {
        _segments = segments;
        _superBlock = superBlock;
        _visitor = visitor;
        _page = GC.AllocateUninitializedArray<byte>(superBlock.PageSize);
        _end = (superBlock.LastSegment + 1L) * superBlock.SegmentSize;
        _generation = from.Generation;
        _expected = Math.Max(superBlock.Begin, from.Address);
        Tail = _expected;
        KnownDurable = Math.Max(superBlock.DurableTail, from.Address);
    }

    /// <summary>The end of the last valid record.</summary>
    public long Tail { get; private set; }

    /// <summary>Everything below was durable: by the super-block, the snapshot, or a later record's word.</summary>
    public long KnownDurable { get; private set; }

    /// <summary>Gaps in address order.</summary>
    public List<LogGap> Gaps { get; } = [];

    private RecordLimits Limits => new(_generation, _superBlock.Generation, _superBlock.SegmentSize);

    public void Run()
    {
        long pageStart = _expected - (_expected % _page.Length);
        bool beyondEnd = false;
        while (pageStart < _end)
        {
            int offset = (int)Math.Max(pageStart == 0 ? LogFormat.FirstAddress : 0, _expected - pageStart);
            bool found = (!beyondEnd || StartsWithRecord(pageStart, offset)) && ScanPage(pageStart, offset);
            beyondEnd = !found && pageStart >= KnownDurable;
            pageStart += _page.Length;
        }

        CloseTail();
    }

    /// <summary>What is missing between the last valid record and the address known to have been durable.</summary>
    private void CloseTail()
    {
        bool isPadding = _expected >= KnownDurable && KnownDurable % _page.Length == 0;
        if (Tail >= KnownDurable || isPadding)
        {
            Tail = Math.Max(Tail, KnownDurable);
            return;
        }

        for (long gap = _expected < KnownDurable ? _expected : Tail; gap < KnownDurable;)
        {
            long gapEnd = Math.Min(gap - (gap % _page.Length) + _page.Length, KnownDurable);
            AddGap(gap, gapEnd, isFatal: true);
            gap = gapEnd;
        }

        Tail = KnownDurable;
    }

    /// <summary>
    /// Looks at a page far behind the end: a valid record at its start means that pages before it are lost.
    /// </summary>
    private bool StartsWithRecord(long pageStart, int offset)
    {
        Span<byte> start = _page.AsSpan(0, SegmentDevice.Sector);
        ReadAt(pageStart, start);
        return LogFormat.ReadPayloadLength(start[offset..]) >= RecordLayout.Length
            && RecordLayout.IsPlausible(start[(offset + LogFormat.EntryHeaderLength)..], pageStart + offset, Limits);
    }

    /// <summary>Visits the page's valid records; true if there was one.</summary>
    private bool ScanPage(long pageStart, int offset)
    {
        ReadPage(pageStart);
        bool found = false;
        while (offset <= _page.Length - LogFormat.EntryLengthMin)
        {
            if (TryVisit(pageStart, offset, out int length))
            {
                offset += length;
                found = true;
                continue;
            }

            int zeros = _page.AsSpan(offset).IndexOfAnyExcept((byte)0);
            if (zeros < 0)
            {
                break;
            }

            // An entry's length lies in its octets 8 to 11: none begins further back than that in a run of zeros.
            offset += Math.Max(EntryAlignment, (zeros - LogFormat.EntryHeaderLength + 1) & -EntryAlignment);
        }

        SkipPadding(pageStart);
        return found;
    }

    /// <summary>What follows the last record of a page is zero to its end, if the next entry did not fit in.</summary>
    private void SkipPadding(long pageStart)
    {
        long first = pageStart == 0 ? LogFormat.FirstAddress : pageStart;
        long pageEnd = pageStart + _page.Length;
        if (_expected > first
            && _expected < pageEnd
            && (pageEnd - _expected < LogFormat.EntryLengthMin
                || _page.AsSpan((int)(_expected - pageStart)).IndexOfAnyExcept((byte)0) < 0))
        {
            _expected = pageEnd;
        }
    }

    private bool TryVisit(long pageStart, int offset, out int length)
    {
        length = 0;
        ReadOnlySpan<byte> entry = _page.AsSpan(offset);
        int payload = LogFormat.ReadPayloadLength(entry);
        if (payload < RecordLayout.Length || payload > entry.Length - LogFormat.EntryHeaderLength)
        {
            return false;
        }

        long address = pageStart + offset;
        ReadOnlySpan<byte> record = entry.Slice(LogFormat.EntryHeaderLength, payload);
        if (!RecordLayout.IsPlausible(record, address, Limits)
            || !RecordLayout.TryOpen(record, _superBlock.Salt, out RecordLayout layout)
            || (address >= _superBlock.GenerationStart && layout.Generation != _superBlock.Generation))
        {
            return false;
        }

        for (long gap = _expected; gap < address;)
        {
            long gapEnd = Math.Min(gap - (gap % _page.Length) + _page.Length, address);
            AddGap(gap, gapEnd, IsWholePage(gap, gapEnd));
            gap = gapEnd;
        }

        length = Math.Min(LogFormat.EntryLength(payload), _page.Length - offset);
        _generation = layout.Generation;
        _expected = Tail = address + length;
        KnownDurable = Math.Max(KnownDurable, layout.CommittedUntil);
        if (layout.Header.Kind != QueueRecordKind.Void)
        {
            _visitor.Visit(address, layout.Header, record[RecordLayout.Length..]);
        }

        return true;
    }

    private void AddGap(long start, long end, bool isFatal)
    {
        uint generation = start >= _superBlock.GenerationStart ? _superBlock.Generation : _generation;
        Gaps.Add(new LogGap(start, (int)(end - start), generation, isFatal));
    }

    private bool IsWholePage(long start, long end)
        => start % _page.Length <= (start < _page.Length ? LogFormat.FirstAddress : 0) && end % _page.Length == 0;

    private void ReadPage(long pageStart) => ReadAt(pageStart, _page);

    private void ReadAt(long address, Span<byte> destination)
    {
        int segment = _segments.NumberOf(address);
        int count = _segments.GetReader(segment).Read(address % _segments.SegmentSize, destination);
        if (count != destination.Length)
        {
            throw _segments.Refusal(segment, "is cut off");
        }
    }
}
