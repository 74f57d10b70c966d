using Relay.Queue.Index;
using Relay.Testing;

namespace Relay.Queue.Tests.Index;

/// <summary>Runs alone: what the heap holds for other tests would be measured as the index's.</summary>
[Collection(nameof(MessageIndexMemoryTests))]
[CollectionDefinition(nameof(MessageIndexMemoryTests), DisableParallelization = true)]
public sealed class MessageIndexMemoryTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void One_million_deferred_messages_take_at_most_64_octets_each()
    {
        const int Count = 1_000_000;
        var clock = new AttemptClock(_time);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var index = new MessageIndex(clock);
        ulong id = QueueId.FromTime(_time.GetUtcNow()).Value;
        for (int i = 0; i < Count; i++)
        {
            index.TryAdd(new IndexEntry { Id = id + (ulong)i, NextAttempt = clock.Now + (uint)(i % 1000) });
        }

        long measured = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(index.MemorySize <= 64L * Count, $"{index.MemorySize} octets computed");
        Assert.True(measured <= 72L * Count, $"{measured} octets measured");
        for (int i = 0; i < Count; i++)
        {
            index.TryRemove(id + (ulong)i, out _);
        }

        Assert.True(index.MemorySize < 5 << 20, $"{index.MemorySize} octets when empty again");
    }
}
