using System.Collections.Concurrent;

namespace Relay.Queue.Journal;

/// <summary>
/// The segment files q.log.N and the recycled spare.N: their names, descriptors, making and recycling. Reading is
/// thread-safe; each writer descriptor belongs to the committer; making, filling and recycling belong to one thread at
/// a time.
/// </summary>
internal sealed class Segments : IDisposable
{
    public const string Prefix = "q.log.";
    private const string SparePrefix = "spare.";
    private const int FillStep = 1 << 20;

    private readonly IQueueStore _store;
    private readonly ConcurrentDictionary<int, Segment> _segments = new();
    private readonly Queue<string> _spares = new();
    private readonly UnfinishedSpare _unfinished;
    private readonly int _sparesMax;
    private int _spareNumber;
    private int _spareCount;

    public Segments(IQueueStore store, long segmentSize, int sparesMax)
    {
        _store = store;
        SegmentSize = segmentSize;
        _sparesMax = sparesMax;
        _unfinished = new UnfinishedSpare(store, segmentSize);
    }

    public long SegmentSize { get; }

    public long BytesOnDisk => ((_segments.Count + Volatile.Read(ref _spareCount)) * SegmentSize) + Filled;

    /// <summary>Octets of the spare that is being filled; a segment's size when it can become a segment.</summary>
    public long Filled => _unfinished.Length;

    /// <summary>
    /// True if <see cref="Make"/> only renames; it fills a file otherwise, which takes as long as it takes.
    /// </summary>
    public bool HasSpare => _spares.Count > 0 || _unfinished.IsWhole;

    public static string NameOf(int number) => Prefix + number;

    public string PathOf(int number) => Path.Combine(_store.Directory, NameOf(number));

    public int NumberOf(long address) => (int)(address / SegmentSize);

    /// <summary>
    /// Takes stock at opening. Every segment that the log may have written must be there in full length; others become
    /// spares, and what is not whole is deleted.
    /// </summary>
    /// <exception cref="MailQueueException">A segment is missing or cut off.</exception>
    public void TakeStock(int first, int last, bool salvage)
    {
        _unfinished.Forget();
        IReadOnlyList<string> names = _store.List();
        for (int number = first; number <= last; number++)
        {
            bool exists = names.Contains(NameOf(number));
            _segments[number] = new Segment();
            long length = exists ? GetReader(number).Length : 0;
            if (length == SegmentSize)
            {
                continue;
            }

            if (!salvage)
            {
                throw Refusal(number, exists ? $"has {length} octets instead of {SegmentSize}" : "is missing");
            }

            Complete(number, exists, length);
        }

        foreach (string name in names)
        {
            bool isStray = name.StartsWith(Prefix, StringComparison.Ordinal)
                && int.TryParse(name.AsSpan(Prefix.Length), out int number)
                && (number < first || number > last);
            if (isStray || name.StartsWith(SparePrefix, StringComparison.Ordinal))
            {
                AdoptSpare(name);
            }
        }
    }

    /// <summary>The descriptor for reading a segment, opened once.</summary>
    /// <exception cref="QueueFileException">The segment is gone.</exception>
    public IQueueFile GetReader(int number)
    {
        Segment segment = Known(number);
        return segment.Reader ?? OpenReader(number, segment);
    }

    /// <summary>The descriptor for durable writes.</summary>
    public IQueueFile GetWriter(int number)
    {
        Segment segment = Known(number);
        return segment.Writer ??= _store.Open(NameOf(number), QueueFileMode.WriteThrough);
    }

    /// <summary>After a failed write: the next one goes through a fresh descriptor.</summary>
    public void DropWriter(int number)
    {
        if (_segments.TryGetValue(number, out Segment? segment))
        {
            segment.Writer?.Dispose();
            segment.Writer = null;
        }
    }

    /// <summary>
    /// Makes a segment: a spare renamed, or a new file filled with zeros so that no write ever allocates a block.
    /// Durable on return, and not yet known to the super-block.
    /// </summary>
    public void Make(int number)
    {
        if (_spares.TryDequeue(out string? spare))
        {
            Interlocked.Decrement(ref _spareCount);
        }
        else
        {
            while (!_unfinished.IsWhole)
            {
                _unfinished.Fill(SegmentSize);
            }

            spare = _unfinished.Take();
        }

        _store.Rename(spare, NameOf(number));
        _store.SyncDirectory();
        _segments[number] = new Segment();
    }

    /// <summary>Fills a spare a little further, durably; in larger steps the more of it is missing.</summary>
    public void Fill(long missing) => _unfinished.Fill(missing);

    /// <summary>Gives up a segment that the durable begin has passed: kept as a spare or deleted.</summary>
    public void Recycle(int number)
    {
        if (_segments.TryRemove(number, out Segment? segment))
        {
            segment.Dispose();
        }

        if (_spares.Count >= _sparesMax)
        {
            _store.Delete(NameOf(number));
            return;
        }

        string spare = SparePrefix + _spareNumber++;
        _store.Rename(NameOf(number), spare);
        Keep(spare);
    }

    public void SyncDirectory() => _store.SyncDirectory();

    public MailQueueException Refusal(int number, string what) => new(
        MailQueueError.Damaged,
        $"{PathOf(number)} {what}; it holds acknowledged mail. Restore the file from a backup; or start once with "
        + "salvage to keep what can still be read; or, to give up what is queued, move the whole directory away.");

    public void Dispose()
    {
        _unfinished.Dispose();
        foreach (Segment segment in _segments.Values)
        {
            segment.Dispose();
        }
    }

    private Segment Known(int number)
        => _segments.TryGetValue(number, out Segment? segment)
            ? segment
            : throw new QueueFileException("open", PathOf(number), QueueFileException.NoEntry);

    private IQueueFile OpenReader(int number, Segment segment)
    {
        IQueueFile opened = _store.Open(NameOf(number), QueueFileMode.Read);
        IQueueFile? winner = Interlocked.CompareExchange(ref segment.ReaderField, opened, null);
        if (winner is null)
        {
            return opened;
        }

        opened.Dispose();
        return winner;
    }

    private void AdoptSpare(string name)
    {
        bool isNumbered = name.StartsWith(SparePrefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(SparePrefix.Length), out int number)
            && (_spareNumber = Math.Max(_spareNumber, number + 1)) > 0;
        if (_spares.Count < _sparesMax && HasFullLength(name))
        {
            if (!isNumbered)
            {
                string spare = SparePrefix + _spareNumber++;
                _store.Rename(name, spare);
                name = spare;
            }

            Keep(name);
        }
        else if (isNumbered || name.StartsWith(Prefix, StringComparison.Ordinal))
        {
            _store.Delete(name);
        }
    }

    /// <summary>Brings a cut or missing segment to its full length, with zeros where its records were.</summary>
    private void Complete(int number, bool exists, long length)
    {
        if (!exists)
        {
            Make(number);
            return;
        }

        byte[] zeros = new byte[FillStep];
        for (IQueueFile file = GetWriter(number); length < SegmentSize; length += FillStep)
        {
            file.Write(length, zeros.AsSpan(0, (int)Math.Min(FillStep, SegmentSize - length)));
        }
    }

    private bool HasFullLength(string name)
    {
        using IQueueFile file = _store.Open(name, QueueFileMode.Read);
        return file.Length == SegmentSize;
    }

    private void Keep(string spare)
    {
        _spares.Enqueue(spare);
        Interlocked.Increment(ref _spareCount);
    }

    private sealed class Segment : IDisposable
    {
        public IQueueFile? ReaderField;

        public IQueueFile? Reader => Volatile.Read(ref ReaderField);

        public IQueueFile? Writer { get; set; }

        public void Dispose()
        {
            ReaderField?.Dispose();
            Writer?.Dispose();
        }
    }
}
