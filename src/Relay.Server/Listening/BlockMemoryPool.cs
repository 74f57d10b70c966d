using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Relay.Server.Listening;

/// <summary>
/// The memory of the connections' pipes: blocks of one size, taken by the thread that receives and given back by any.
/// The shared array pool keeps its free arrays per thread and runs dry where blocks are rented on one thread and
/// returned on another, as every message does here. Free blocks beyond a bound go to the garbage collector.
/// Thread-safe; steady traffic allocates nothing.
/// </summary>
internal sealed class BlockMemoryPool : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    /// <summary>One page: what a connection that waits for its peer holds.</summary>
    public const int BlockSize = 4096;

    /// <summary>16 MiB of free blocks at most.</summary>
    private const int FreeMax = 4096;

    private readonly ConcurrentQueue<Block> _free = new();
    private int _freeCount;

    public override int MaxBufferSize => BlockSize;

    /// <summary>Blocks that nobody has rented.</summary>
    internal int FreeCount => Volatile.Read(ref _freeCount);

    /// <summary>All connections share this pool.</summary>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        if (!_free.TryDequeue(out Block? block))
        {
            return new Block(this);
        }

        Interlocked.Decrement(ref _freeCount);
        block.Rented();
        return block;
    }

    /// <summary>
    /// The pool lives as long as the process: sockets may return blocks after the server was disposed of.
    /// </summary>
    protected override void Dispose(bool disposing)
    {
    }

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref _freeCount) <= FreeMax)
        {
            _free.Enqueue(block);
        }
        else
        {
            Interlocked.Decrement(ref _freeCount);
        }
    }

    private sealed class Block(BlockMemoryPool pool) : IMemoryOwner<byte>
    {
        private readonly byte[] _octets = GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true);
        private int _returned;

        public Memory<byte> Memory => _octets;

        public void Rented() => Volatile.Write(ref _returned, 0);

        /// <summary>Gives the block back; only the first call after a rent counts.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _returned, 1) == 0)
            {
                pool.Return(this);
            }
        }
    }
}
