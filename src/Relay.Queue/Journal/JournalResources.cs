using FASTER.core;

namespace Relay.Queue.Journal;

/// <summary>What an open journal holds, given back in the one right order.</summary>
internal sealed record JournalResources(
    IQueueStore Store,
    SuperBlockFile SuperBlock,
    Segments Segments,
    SegmentKeeper Keeper,
    SegmentDevice Device,
    FasterLog Log) : IDisposable
{
    public void Dispose()
    {
        Log.Dispose();
        Device.Dispose();
        Segments.Dispose();
        SuperBlock.Dispose();
        Store.Dispose();
    }
}
