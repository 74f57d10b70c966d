using System.Buffers;
using Relay.Queue;
using Relay.Queue.Journal;

namespace Relay.Benchmarks.Queue;

/// <summary>
/// A journal that keeps the last records in one reused buffer and commits at once, on the caller's thread: what is
/// measured above it is the queue alone. One thread.
/// </summary>
internal sealed class RingJournal : IJournal
{
    private const int PageSize = 64 << 20;

    private readonly byte[] _page = new byte[PageSize];
    private long _tail = 64;

    public int BodyLengthMax => 1 << 20;

    public MailQueueError Condition => MailQueueError.None;

    public long BeginAddress { get; private set; } = 64;

    public long TailAddress => _tail;

    public long CommittedAddress => _tail;

    public JournalPosition CommittedPosition => new(_tail, 1);

    public long KnownDurableAddress => 64;

    public long SegmentSize => PageSize;

    public long BytesOnDisk => PageSize;

    public long Commits { get; private set; }

    public ulong ReservedQueueIds { get; private set; }

    public void ReserveQueueIds(ulong until) => ReservedQueueIds = until;

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
        Commits++;
        waiter.OnCommitted(null);
    }

    public void CommitLazily()
    {
    }

    public ValueTask CommitAsync() => ValueTask.CompletedTask;

    public ReadOnlyMemory<byte> Read(long address, int lengthHint, ref byte[] buffer, out RecordHeader header)
    {
        ReadOnlySpan<byte> place = _page.AsSpan((int)(address % PageSize));
        int length = RecordLayout.Length + RecordLayout.PeekBodyLength(place);
        if (buffer.Length < length)
        {
            buffer = ArrayPool<byte>.Shared.Rent(length);
        }

        place[..length].CopyTo(buffer);
        RecordLayout.TryOpen(buffer.AsSpan(0, length), 1, out RecordLayout layout);
        header = layout.Header;
        return buffer.AsMemory(RecordLayout.Length, length - RecordLayout.Length);
    }

    public void TruncateBefore(long address) => BeginAddress = address;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private long Append<TEntry>(RecordHeader header, TEntry entry)
        where TEntry : struct, IJournalEntry
    {
        int bodyLength = entry.BodyLength;
        int length = (RecordLayout.Length + bodyLength + 7) & -8;
        if ((_tail % PageSize) + length > PageSize)
        {
            _tail += PageSize - (_tail % PageSize);
        }

        long address = _tail;
        Span<byte> record = _page.AsSpan((int)(address % PageSize), RecordLayout.Length + bodyLength);
        entry.WriteBody(record[RecordLayout.Length..]);
        RecordLayout.Seal(record, header, 1, 1, address + length, address);
        _tail += length;
        return address;
    }
}
