using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Relay.Queue.Index;

/// <summary>
/// The entries of one shard by slot number: arrays of 1024 that never move (below the large object limit), a free list
/// through <see cref="IndexEntry.HashNext"/>. Gives its memory back when the last entry goes. Guarded by the shard.
/// </summary>
internal sealed class EntrySlots
{
    private const int ChunkBits = 10;
    private const int ChunkLength = 1 << ChunkBits;

    private IndexEntry[][] _chunks = [];
    private int _used;
    private int _free = -1;

    public int Count { get; private set; }

    /// <summary>Slots that are or were in use: the bound of a walk over all.</summary>
    public int Used => _used;

    public long MemorySize => (long)_chunks.Length * ((ChunkLength * Unsafe.SizeOf<IndexEntry>()) + 32);

    public ref IndexEntry this[int slot] => ref _chunks[slot >> ChunkBits][slot & (ChunkLength - 1)];

    /// <summary>Takes a slot; all its fields are zero but the links.</summary>
    public int Take()
    {
        Count++;
        int slot = _free;
        if (slot >= 0)
        {
            _free = this[slot].HashNext;
        }
        else
        {
            slot = _used++;
            if (slot >> ChunkBits == _chunks.Length)
            {
                Array.Resize(ref _chunks, _chunks.Length + 1);
                _chunks[^1] = new IndexEntry[ChunkLength];
            }
        }

        this[slot] = new IndexEntry { HashNext = -1, WheelNext = -1, WheelPrevious = IndexEntry.NotInWheel };
        return slot;
    }

    public void Release(int slot)
    {
        Debug.Assert(Count > 0 && this[slot].WheelPrevious == IndexEntry.NotInWheel);
        if (--Count == 0)
        {
            _free = -1;
            _used = 0;
            if (_chunks.Length > 1)
            {
                Array.Resize(ref _chunks, 1);
            }

            return;
        }

        this[slot] = new IndexEntry { HashNext = _free };
        _free = slot;
    }
}
