using FASTER.core;

namespace Relay.Queue.Journal;

/// <summary>
/// FASTER's view of the segments. Writes are only queued here, because FASTER calls on a session's thread inside its
/// epoch (pitfall P7); the committer executes them one after the other. FASTER never hears of a failure: a write that
/// failed is tried again from the page that FASTER keeps until it is told of success.
/// </summary>
internal sealed class SegmentDevice : StorageDeviceBase
{
    public const int Sector = 4096;

    private readonly Lock _lock = new();
    private readonly Queue<PendingWrite> _writes = new();
    private readonly Segments _segments;
    private readonly WakeSignal _wake;

    public SegmentDevice(Segments segments, WakeSignal wake)
        : base("q.log", Sector, Devices.CAPACITY_UNSPECIFIED)
    {
        _segments = segments;
        _wake = wake;
    }

    /// <summary>Takes the oldest write that waits to be executed.</summary>
    public bool TryTake(out PendingWrite write)
    {
        lock (_lock)
        {
            return _writes.TryDequeue(out write);
        }
    }

    public override void WriteAsync(
        IntPtr sourceAddress,
        int segmentId,
        ulong destinationAddress,
        uint numBytesToWrite,
        DeviceIOCompletionCallback callback,
        object context)
    {
        lock (_lock)
        {
            _writes.Enqueue(new PendingWrite(
                sourceAddress, segmentId, (long)destinationAddress, (int)numBytesToWrite, callback, context));
        }

        _wake.Set();
    }

    /// <summary>Only FASTER's recovery reads through the device: the tail page, before anyone else is about.</summary>
    public override unsafe void ReadAsync(
        int segmentId,
        ulong sourceAddress,
        IntPtr destinationAddress,
        uint readLength,
        DeviceIOCompletionCallback callback,
        object context)
    {
        IQueueFile file = _segments.GetReader(segmentId);
        int count = file.Read((long)sourceAddress, new Span<byte>((void*)destinationAddress, (int)readLength));
        callback(count == (int)readLength ? 0u : 1u, (uint)count, context);
    }

    /// <summary>FASTER is never asked to truncate; space is given back by the segment keeper alone.</summary>
    public override void RemoveSegmentAsync(int segment, AsyncCallback callback, IAsyncResult result)
        => callback(result);

    public override void Dispose()
    {
    }
}
