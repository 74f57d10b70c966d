using System.Buffers;
using Relay.Server.Listening;

namespace Relay.Server.Tests.Listening;

public class BlockMemoryPoolTests
{
    [Fact]
    public void A_block_that_came_back_is_handed_out_again()
    {
        using var pool = new BlockMemoryPool();
        IMemoryOwner<byte> first = pool.Rent();
        first.Memory.Span[0] = 42;
        first.Dispose();
        Assert.Same(first, pool.Rent(BlockMemoryPool.BlockSize));
        Assert.Equal(0, pool.FreeCount);
    }

    [Fact]
    public void One_large_block_is_handed_out_where_more_is_expected_and_used_again()
    {
        using var pool = new BlockMemoryPool();
        BlockMemoryPool.ExpectMore();
        IMemoryOwner<byte> large = pool.Rent();
        Assert.Equal(BlockMemoryPool.LargeBlockSize, large.Memory.Length);
        Assert.Equal(BlockMemoryPool.BlockSize, pool.Rent().Memory.Length);
        large.Dispose();
        Assert.Equal(BlockMemoryPool.BlockSize, pool.Rent().Memory.Length);
        Assert.Equal(1, pool.LargeFreeCount);
        BlockMemoryPool.ExpectMore();
        Assert.Same(large, pool.Rent());
    }

    [Fact]
    public void A_block_that_is_given_back_twice_is_handed_out_once()
    {
        using var pool = new BlockMemoryPool();
        IMemoryOwner<byte> block = pool.Rent();
        block.Dispose();
        block.Dispose();
        Assert.NotSame(pool.Rent(), pool.Rent());
    }

    [Fact]
    public void Blocks_rented_on_one_thread_and_returned_on_another_cost_no_memory()
    {
        using var pool = new BlockMemoryPool();
        var rented = new Queue<IMemoryOwner<byte>>();
        for (int i = 0; i < 100; i++)
        {
            rented.Enqueue(pool.Rent());
        }

        var returning = new Thread(() =>
        {
            while (rented.TryDequeue(out IMemoryOwner<byte>? block))
            {
                block.Dispose();
            }
        });
        returning.Start();
        returning.Join();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            _ = pool.Rent();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Free_blocks_are_bounded()
    {
        using var pool = new BlockMemoryPool();
        IMemoryOwner<byte>[] blocks = [.. Enumerable.Range(0, 5000).Select(_ => pool.Rent())];
        Array.ForEach(blocks, block => block.Dispose());
        Assert.Equal(4096, pool.FreeCount);
    }

    [Fact]
    public void More_than_a_block_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            using var pool = new BlockMemoryPool();
            pool.Rent(BlockMemoryPool.BlockSize + 1);
        });
}
