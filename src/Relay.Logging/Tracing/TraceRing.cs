using System.Runtime.CompilerServices;

namespace Relay.Logging.Tracing;

/// <summary>
/// The latest events in memory, for <c>relay trace</c>: a ring of slots that events take by one addition, without a
/// lock and without garbage, and in which they overwrite the oldest. A reader copies an event and trusts it only if
/// its stamps are the same behind the copy as before it and its checksum holds; it holds up nobody. Thread-safe.
/// </summary>
public sealed class TraceRing : IMailLog, ITraceSource
{
    private const int SlotShift = 7;
    private const int SlotLength = 1 << SlotShift;
    private const int CountBits = 8;

    private readonly byte[] _octets;

    // Per slot: the number of the event's first slot and, in the lower bits, how many slots it has; 0 while it is
    // written. Behind an event's first slot its own number and no count.
    private readonly long[] _stamps;
    private readonly TimeProvider _time;
    private long _next = 1;

    /// <param name="octets">Memory to use, rounded down to a power of two; at least 64 KiB.</param>
    public TraceRing(long octets, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(octets, 64 << 10);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(octets, 1 << 30);
        int slots = 1 << (int)(long.Log2(octets) - SlotShift);
        _octets = GC.AllocateUninitializedArray<byte>(slots << SlotShift);
        _stamps = new long[slots];
        _time = time;
    }

    private int Mask => _stamps.Length - 1;

    [SkipLocalsInit]
    public void Write(scoped in MailEvent mailEvent)
    {
        Span<byte> record = stackalloc byte[TraceRecord.LengthMax];
        record = record[..TraceRecord.Write(record, in mailEvent, _time.GetUtcNow())];
        int count = (record.Length + SlotLength - 1) >> SlotShift;
        long first = Interlocked.Add(ref _next, count) - count;
        for (int i = 0; i < count; i++)
        {
            Volatile.Write(ref _stamps[(first + i) & Mask], 0);
        }

        Interlocked.MemoryBarrier(); // no octet before its stamp is gone
        Copy(record, first);
        for (int i = count - 1; i >= 0; i--)
        {
            Volatile.Write(ref _stamps[(first + i) & Mask], ((first + i) << CountBits) | (uint)(i == 0 ? count : 0));
        }
    }

    void ITraceSource.Visit(TraceVisitor visitor)
    {
        long end = Volatile.Read(ref _next);
        Span<byte> record = stackalloc byte[TraceRecord.LengthMax + SlotLength];
        for (long slot = Math.Max(1, end - _stamps.Length); slot < end;)
        {
            int count = TryCopy(slot, record);
            if (count > 0 && TraceRecord.LengthOf(record) is var length and > 0
                && TraceRecord.TryRead(record[..length], out MailEvent mailEvent, out DateTimeOffset time))
            {
                visitor.Visit(in mailEvent, time);
            }

            slot += Math.Max(1, count);
        }
    }

    private void Copy(ReadOnlySpan<byte> record, long first)
    {
        int start = (int)(first & Mask) << SlotShift;
        int head = Math.Min(record.Length, _octets.Length - start);
        record[..head].CopyTo(_octets.AsSpan(start));
        record[head..].CopyTo(_octets);
    }

    /// <summary>
    /// How many slots the event that begins here has; 0 if none does, or it was overwritten meanwhile.
    /// </summary>
    private int TryCopy(long first, Span<byte> record)
    {
        long stamp = Volatile.Read(ref _stamps[first & Mask]);
        int count = (int)(stamp & ((1 << CountBits) - 1));
        if (stamp >> CountBits != first || count == 0 || count << SlotShift > record.Length)
        {
            return 0;
        }

        for (int i = 0; i < count; i++)
        {
            _octets.AsSpan((int)((first + i) & Mask) << SlotShift, SlotLength).CopyTo(record[(i << SlotShift)..]);
        }

        Interlocked.MemoryBarrier(); // no stamp before the octets are read
        for (int i = 0; i < count; i++)
        {
            if (Volatile.Read(ref _stamps[(first + i) & Mask]) >> CountBits != first + i)
            {
                return 0;
            }
        }

        return count;
    }
}
