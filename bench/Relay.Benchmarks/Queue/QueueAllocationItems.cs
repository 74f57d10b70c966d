using Relay.Benchmarks.Allocations;

namespace Relay.Benchmarks.Queue;

/// <summary>The queue allocates nothing for a message that comes and goes, nor for an attempt that fails.</summary>
internal sealed class QueueAllocationItems : IAllocationItems, IDisposable
{
    private readonly QueueLoop _small = new(2048);
    private readonly QueueLoop _deferred = new(2048);

    public QueueAllocationItems()
    {
        _deferred.Accept();
    }

    public IEnumerable<AllocationItem> Items =>
    [
        new("queue.accept-deliver", () =>
        {
            _small.Accept();
            _small.Deliver();
        }),
        new("queue.defer", _deferred.Defer),
    ];

    public void Dispose()
    {
        _small.Dispose();
        _deferred.Dispose();
    }
}
