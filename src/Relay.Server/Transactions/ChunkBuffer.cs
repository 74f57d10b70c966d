using System.Buffers;
using System.Diagnostics;

namespace Relay.Server.Transactions;

/// <summary>
/// Content in wire form that the queue has not got yet (of BDAT, or rewritten), in one rented array. Grows to hold a
/// piece and what one read adds to it; <see cref="Release"/> gives the memory back. Not thread-safe.
/// </summary>
internal sealed class ChunkBuffer : IBufferWriter<byte>
{
    private const int SizeMin = 16 * 1024;

    private byte[] _array = [];

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Written => _array.AsSpan(0, Count);

    public ReadOnlySequence<byte> Content => new(_array, 0, Count);

    public void Advance(int count)
    {
        Debug.Assert(count >= 0 && count <= _array.Length - Count);
        Count += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _array.AsMemory(Count);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _array.AsSpan(Count);
    }

    /// <summary>Drops the first octets.</summary>
    public void RemoveStart(int count)
    {
        Debug.Assert(count >= 0 && count <= Count);
        _array.AsSpan(count, Count - count).CopyTo(_array);
        Count -= count;
    }

    /// <summary>Empties the buffer and keeps its memory.</summary>
    public void Clear() => Count = 0;

    /// <summary>Empties the buffer and gives its memory back.</summary>
    public void Release()
    {
        Count = 0;
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
            _array = [];
        }
    }

    private void Reserve(int size)
    {
        size = Math.Max(size, 1);
        if (_array.Length - Count >= size)
        {
            return;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(SizeMin, Math.Max(_array.Length * 2, Count + size)));
        Written.CopyTo(larger);
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }

        _array = larger;
    }
}
