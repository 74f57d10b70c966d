namespace Relay.Queue.Engine;

/// <summary>
/// How many messages need the log from a segment on, and their octets: a message counts in the lowest segment that it
/// touches, because only a prefix of the log can be freed. Thread-safe, lock-free but for growing.
/// </summary>
internal sealed class SegmentLedger(long segmentSize)
{
    private const int PageBits = 8;

    private readonly Lock _growing = new();
    private Cell[]?[] _pages = new Cell[]?[4];
    private long _liveBytes;

    public long SegmentSize => segmentSize;

    public long LiveBytes => Volatile.Read(ref _liveBytes);

    public long SegmentOf(long address) => address / segmentSize;

    public void Pin(long segment, long bytes = 0)
    {
        ref Cell cell = ref CellOf(segment);
        Interlocked.Increment(ref cell.Count);
        if (bytes != 0)
        {
            Interlocked.Add(ref cell.Bytes, bytes);
            Interlocked.Add(ref _liveBytes, bytes);
        }
    }

    public void Unpin(long segment, long bytes = 0)
    {
        ref Cell cell = ref CellOf(segment);
        if (bytes != 0)
        {
            Interlocked.Add(ref cell.Bytes, -bytes);
            Interlocked.Add(ref _liveBytes, -bytes);
        }

        Interlocked.Decrement(ref cell.Count);
    }

    public long BytesIn(long segment) => Volatile.Read(ref CellOf(segment).Bytes);

    public long CountIn(long segment) => Volatile.Read(ref CellOf(segment).Count);

    /// <summary>The lowest segment in the range that somebody needs, or <paramref name="until"/>.</summary>
    public long LowestNeeded(long from, long until)
    {
        while (from < until && CountIn(from) == 0)
        {
            from++;
        }

        return from;
    }

    private ref Cell CellOf(long segment)
    {
        int page = (int)(segment >> PageBits);
        Cell[]?[] pages = Volatile.Read(ref _pages);
        Cell[]? cells = page < pages.Length ? Volatile.Read(ref pages[page]) : null;
        return ref (cells ?? Grow(page))[(int)segment & ((1 << PageBits) - 1)];
    }

    private Cell[] Grow(int page)
    {
        lock (_growing)
        {
            if (page >= _pages.Length)
            {
                var more = new Cell[]?[Math.Max(page + 1, _pages.Length * 2)];
                _pages.CopyTo(more, 0);
                Volatile.Write(ref _pages, more);
            }

            Cell[]? cells = _pages[page];
            if (cells is null)
            {
                cells = new Cell[1 << PageBits];
                Volatile.Write(ref _pages[page], cells);
            }

            return cells;
        }
    }

    private struct Cell
    {
        public long Count;
        public long Bytes;
    }
}
