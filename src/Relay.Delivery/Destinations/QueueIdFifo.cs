using Relay.Queue;

namespace Relay.Delivery.Destinations;

/// <summary>
/// A first-in first-out list of queue ids: 8 octets each in one ring that grows by doubling and goes when it is
/// empty, so a million parked messages take at most 16 MB and an idle destination nothing. Guarded by its
/// destination's lock.
/// </summary>
internal struct QueueIdFifo
{
    private const int InitialCapacity = 16;
    private const int KeptCapacity = 64;

    private QueueId[]? _ring;
    private int _head;

    public int Count { get; private set; }

    public void Enqueue(QueueId id)
    {
        EnsureRoom();
        _ring![(_head + Count) & (_ring.Length - 1)] = id;
        Count++;
    }

    /// <summary>Puts an id back to where it was taken from.</summary>
    public void EnqueueFirst(QueueId id)
    {
        EnsureRoom();
        _head = (_head - 1) & (_ring!.Length - 1);
        _ring[_head] = id;
        Count++;
    }

    public bool TryDequeue(out QueueId id)
    {
        if (Count == 0)
        {
            id = default;
            return false;
        }

        id = _ring![_head];
        _head = (_head + 1) & (_ring.Length - 1);
        if (--Count == 0)
        {
            _head = 0;
            if (_ring.Length > KeptCapacity)
            {
                _ring = null;
            }
        }

        return true;
    }

    /// <summary>The oldest entry.</summary>
    public readonly bool TryPeek(out QueueId id)
    {
        id = Count > 0 ? _ring![_head] : default;
        return Count > 0;
    }

    /// <summary>
    /// Moves every id in [<paramref name="from"/>, <paramref name="to"/>) to the end of another list; all keep their
    /// order.
    /// </summary>
    public void MoveTo(ref QueueIdFifo other, QueueId from, QueueId to) =>
        MoveTo(ref other, id => id >= from && id < to);

    /// <summary>Moves every id that is chosen to the end of another list; all keep their order.</summary>
    public void MoveTo(ref QueueIdFifo other, Predicate<QueueId> isChosen)
    {
        if (Count == 0)
        {
            return;
        }

        QueueId[] ring = _ring!;
        int mask = ring.Length - 1;
        int write = 0;
        for (int read = 0; read < Count; read++)
        {
            QueueId id = ring[(_head + read) & mask];
            if (isChosen(id))
            {
                other.Enqueue(id);
            }
            else
            {
                ring[(_head + write++) & mask] = id;
            }
        }

        Count = write;
        if (Count == 0)
        {
            _head = 0;
            _ring = _ring!.Length > KeptCapacity ? null : _ring;
        }
    }

    private void EnsureRoom()
    {
        if (_ring is null)
        {
            _ring = new QueueId[InitialCapacity];
            _head = 0;
        }
        else if (Count == _ring.Length)
        {
            var larger = new QueueId[_ring.Length * 2];
            int first = _ring.Length - _head;
            _ring.AsSpan(_head).CopyTo(larger);
            _ring.AsSpan(0, _head).CopyTo(larger.AsSpan(first));
            _ring = larger;
            _head = 0;
        }
    }
}
