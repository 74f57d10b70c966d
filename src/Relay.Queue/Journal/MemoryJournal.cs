using System.Buffers;

namespace Relay.Queue.Journal;

/// <summary>
/// The journal on growing RAM pages: the same record bytes as on disk, nothing outlives the process. A commit is over
/// as soon as it is asked for. Thread-safe.
/// </summary>
internal sealed class MemoryJournal : IJournal, IThreadPoolWorkItem
{
    private const long FirstAddress = 64;
    private const int Alignment = 8;

    private readonly Lock _lock = new();
    private readonly WaiterList _waiters = new();
    private readonly int _pageSize;
    private readonly uint _salt = (uint)Random.Shared.Next();
    private byte[]?[] _pages = new byte[]?[16];
    private long _begin = FirstAddress;
    private long _tail = FirstAddress;
    private long _commits;
    private ulong _reserved;
    private uint _generation = 1;
    private int _pagesHeld;
    private volatile bool _stopped;

    /// <param name="pageSize">Octets per page, which is also the unit that truncation frees.</param>
    public MemoryJournal(int pageSize = 1 << 20)
    {
        _pageSize = pageSize;
    }

    public int BodyLengthMax => _pageSize - (int)FirstAddress - RecordLayout.Length;

    public MailQueueError Condition => _stopped ? MailQueueError.Stopping : MailQueueError.None;

    public long BeginAddress => Volatile.Read(ref _begin);

    public long TailAddress => Volatile.Read(ref _tail);

    public long CommittedAddress => Volatile.Read(ref _tail);

    public JournalPosition CommittedPosition => new(CommittedAddress, _generation);

    public long KnownDurableAddress { get; private set; } = FirstAddress;

    public long SegmentSize => _pageSize;

    public long BytesOnDisk => (long)Volatile.Read(ref _pagesHeld) * _pageSize;

    public long Commits => Volatile.Read(ref _commits);

    public ulong ReservedQueueIds => Volatile.Read(ref _reserved);

    public void ReserveQueueIds(ulong until)
    {
        lock (_lock)
        {
            _reserved = Math.Max(_reserved, until);
        }
    }

    public ValueTask<long> AppendAsync<TEntry>(RecordHeader header, TEntry entry)
        where TEntry : struct, IJournalEntry
        => new(Append(header, entry));

    public bool TryAppend<TEntry>(RecordHeader header, TEntry entry, out long address)
        where TEntry : struct, IJournalEntry
    {
        address = Append(header, entry);
        return true;
    }

    public void Join(CommitWaiter waiter)
    {
        if (_waiters.Add(waiter))
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        }
    }

    public void CommitLazily()
    {
    }

    public ValueTask CommitAsync() => ValueTask.CompletedTask;

    public ReadOnlyMemory<byte> Read(long address, int lengthHint, ref byte[] buffer, out RecordHeader header)
    {
        byte[]? page = null;
        if (address >= BeginAddress && address < TailAddress)
        {
            page = Volatile.Read(ref _pages)[address / _pageSize];
        }

        int offset = (int)(address % _pageSize);
        if (page is null || offset > _pageSize - RecordLayout.Length)
        {
            throw Damaged(address);
        }

        int bodyLength = RecordLayout.PeekBodyLength(page.AsSpan(offset));
        int length = RecordLayout.Length + bodyLength;
        if ((uint)bodyLength > (uint)(_pageSize - offset - RecordLayout.Length)
            || !RecordLayout.TryOpen(page.AsSpan(offset, length), _salt, out RecordLayout layout))
        {
            throw Damaged(address);
        }

        if (buffer.Length < length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(length);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        page.AsSpan(offset, length).CopyTo(buffer);
        header = layout.Header;
        return buffer.AsMemory(RecordLayout.Length, bodyLength);
    }

    public void TruncateBefore(long address)
    {
        lock (_lock)
        {
            long begin = Math.Min(address, _tail);
            begin -= begin % _pageSize;
            if (begin <= _begin)
            {
                return;
            }

            for (long page = _begin / _pageSize; page < begin / _pageSize; page++)
            {
                if (_pages[page] is not null)
                {
                    _pages[page] = null;
                    _pagesHeld--;
                }
            }

            Volatile.Write(ref _begin, begin);
        }
    }

    /// <summary>Stops appends; the records stay for <see cref="Reopen"/>.</summary>
    public ValueTask DisposeAsync()
    {
        _stopped = true;
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Takes the journal into use again as after a restart, with every record of it given to
    /// <paramref name="visitor"/>. Nobody else may use it meanwhile.
    /// </summary>
    public void Reopen(IRecordVisitor visitor, JournalPosition replayFrom)
    {
        long address = Math.Max(_begin, replayFrom.Address);
        while (address < _tail)
        {
            int offset = (int)(address % _pageSize);
            byte[]? page = _pages[address / _pageSize];
            if (page is null
                || offset > _pageSize - RecordLayout.Length
                || page[offset] == 0)
            {
                address += _pageSize - offset;
                continue;
            }

            int length = RecordLayout.Length + RecordLayout.PeekBodyLength(page.AsSpan(offset));
            if (RecordLayout.TryOpen(page.AsSpan(offset, length), _salt, out RecordLayout layout))
            {
                visitor.Visit(address, layout.Header, page.AsSpan(offset + RecordLayout.Length, layout.BodyLength));
            }
            else
            {
                visitor.VisitDamage(address, length);
            }

            address += Align(length);
        }

        KnownDurableAddress = _tail;
        _generation++;
        _stopped = false;
    }

    /// <summary>Completes whoever joined; everything appended is as durable as it gets.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Increment(ref _commits);
        WaiterBatch.Complete(_waiters.TakeAll(), error: null);
    }

    private static int Align(int length) => (length + Alignment - 1) & -Alignment;

    private static MailQueueException Damaged(long address)
        => new(MailQueueError.Damaged, $"No valid record at address {address}.");

    private long Append<TEntry>(RecordHeader header, TEntry entry)
        where TEntry : struct, IJournalEntry
    {
        int bodyLength = entry.BodyLength;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bodyLength, BodyLengthMax);
        int length = RecordLayout.Length + bodyLength;
        (long address, Memory<byte> place, long hint) = Allocate(length);
        Span<byte> record = place.Span;
        entry.WriteBody(record[RecordLayout.Length..]);
        RecordLayout.Seal(record, header, _salt, _generation, hint, address);
        return address;
    }

    private (long Address, Memory<byte> Place, long Hint) Allocate(int length)
    {
        lock (_lock)
        {
            if (_stopped)
            {
                throw new MailQueueException(MailQueueError.Stopping, "The journal is closed.");
            }

            long address = _tail;
            int left = _pageSize - (int)(address % _pageSize);
            if (left < length)
            {
                address += left;
            }

            long page = address / _pageSize;
            if (page >= _pages.Length)
            {
                byte[]?[] more = new byte[]?[_pages.Length * 2];
                _pages.CopyTo(more, 0);
                Volatile.Write(ref _pages, more);
            }

            byte[] octets = _pages[page] ??= NewPage();
            long tail = address + Align(length);
            Volatile.Write(ref _tail, tail);
            return (address, octets.AsMemory((int)(address % _pageSize), length), tail);
        }
    }

    private byte[] NewPage()
    {
        _pagesHeld++;
        return new byte[_pageSize];
    }
}
