namespace Relay.Queue.Journal;

/// <summary>
/// The file that becomes the next segment, filled with zeros step by step, each step durable when it returns: commits
/// run beside it, and one that meets a step waits for that step and no more. The zeros go past the page cache: copying
/// them there cost as much as all the rest of a commit. Belongs to one thread at a time; only <see cref="Length"/> is
/// read by others. A file that was left behind unfinished is begun anew.
/// </summary>
internal sealed class UnfinishedSpare : IDisposable
{
    public const string Name = "spare.new";

    private const int StepMin = 64 << 10;
    private const int StepMax = 1 << 20;

    private readonly IQueueStore _store;
    private readonly long _segmentSize;
    private readonly Memory<byte> _zeros = Sectors(StepMax);
    private IQueueFile? _file;
    private long _length;

    public UnfinishedSpare(IQueueStore store, long segmentSize)
    {
        _store = store;
        _segmentSize = segmentSize;
    }

    /// <summary>Octets filled so far.</summary>
    public long Length => Volatile.Read(ref _length);

    public bool IsWhole => Length >= _segmentSize;

    /// <summary>Deletes what an earlier process left behind.</summary>
    public void Forget()
    {
        if (_store.List().Contains(Name))
        {
            _store.Delete(Name);
        }
    }

    /// <summary>
    /// Fills the next step: half of what is missing, within 64 KiB and 1 MiB. Makes the file with the first one.
    /// </summary>
    /// <param name="missing">Octets by which the file is behind the log; it is made to catch up.</param>
    /// <exception cref="QueueFileException">
    /// The storage failed, or there is no space; what was filled is given back.
    /// </exception>
    public void Fill(long missing)
    {
        long step = Math.Min(Math.Clamp(missing / 2 & -StepMin, StepMin, StepMax), _segmentSize - _length);
        try
        {
            _file ??= Create();
            _file.Write(_length, _zeros.Span[..(int)step]);
            _file.Sync();
            Volatile.Write(ref _length, _length + step);
        }
        catch (QueueFileException)
        {
            Dispose();
            DeleteQuietly();
            throw;
        }
    }

    /// <summary>Hands the whole file over, by its name; the next one is begun by <see cref="Fill"/>.</summary>
    public string Take()
    {
        Dispose();
        return Name;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
        Volatile.Write(ref _length, 0);
    }

    /// <summary>Zeros that begin at a sector; the collector leaves them where they are.</summary>
    private static unsafe Memory<byte> Sectors(int length)
    {
        byte[] memory = GC.AllocateArray<byte>(length + SegmentDevice.Sector, pinned: true);
        fixed (byte* start = memory)
        {
            int begin = (int)(-(nint)start & (SegmentDevice.Sector - 1));
            return memory.AsMemory(begin, length);
        }
    }

    private IQueueFile Create()
    {
        Forget();
        return _store.Open(Name, QueueFileMode.CreateUncached);
    }

    private void DeleteQuietly()
    {
        try
        {
            _store.Delete(Name);
        }
        catch (QueueFileException)
        {
            // The first failure is the one to report; the next attempt begins by deleting.
        }
    }
}
