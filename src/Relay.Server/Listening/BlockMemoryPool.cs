using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Relay.Server.Listening;

/// <summary>
/// The memory of the connections' pipes: blocks of two sizes, taken by the thread that receives and given back by any.
/// The shared array pool keeps its free arrays per thread and runs dry where blocks are rented on one thread and
/// returned on another, as every message does here. Free blocks beyond a bound go to the garbage collector.
/// Thread-safe; steady traffic allocates nothing.
/// </summary>
internal sealed class BlockMemoryPool : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    /// <summary>One page: what a connection that waits for its peer holds.</summary>
    public const int BlockSize = 4096;

    /// <summary>What a connection receives at once in the midst of long content.</summary>
    public const int LargeBlockSize = 16 * 1024;

    /// <summary>So many free octets at most, in the blocks of each size.</summary>
    private const int FreeMax = 16 << 20;

    [ThreadStatic]
    private static bool _expectsMore;

    private readonly Shelf _small = new(BlockSize);
    private readonly Shelf _large = new(LargeBlockSize);

    public override int MaxBufferSize => BlockSize;

    /// <summary>Blocks that nobody has rented.</summary>
    internal int FreeCount => _small.Count;

    /// <summary>Large blocks that nobody has rented.</summary>
    internal int LargeFreeCount => _large.Count;

    /// <summary>
    /// Says that the session which this thread serves waits for long content: the next block that the thread rents is a
    /// large one. The thread that received octets serves the session with them and goes straight back to its socket;
    /// where another thread served it, some other connection may get the large block, which does no harm.
    /// </summary>
    public static void ExpectMore() => _expectsMore = true;

    /// <summary>All connections share this pool.</summary>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    /// <summary>A block of <see cref="BlockSize"/>, or a large one where more is expected.</summary>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        if (!_expectsMore)
        {
            return _small.Take();
        }

        _expectsMore = false;
        return _large.Take();
    }

    /// <summary>
    /// The pool lives as long as the process: sockets may return blocks after the server was disposed of.
    /// </summary>
    protected override void Dispose(bool disposing)
    {
    }

    /// <summary>The free blocks of one size.</summary>
    private sealed class Shelf(int blockSize)
    {
        private readonly ConcurrentQueue<Block> _free = new();
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public Block Take()
        {
            if (!_free.TryDequeue(out Block? block))
            {
                return new Block(this, blockSize);
            }

            Interlocked.Decrement(ref _count);
            block.Rented();
            return block;
        }

        public void Return(Block block)
        {
            if (Interlocked.Increment(ref _count) <= FreeMax / blockSize)
            {
                _free.Enqueue(block);
            }
            else
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }

    private sealed class Block(Shelf shelf, int size) : IMemoryOwner<byte>
    {
        private readonly byte[] _octets = GC.AllocateUninitializedArray<byte>(size, pinned: true);
        private int _returned;

        public Memory<byte> Memory => _octets;

        public void Rented() => Volatile.Write(ref _returned, 0);

        /// <summary>Gives the block back; only the first call after a rent counts.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _returned, 1) == 0)
            {
                shelf.Return(this);
            }
        }
    }
}
