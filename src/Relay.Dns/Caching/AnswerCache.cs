using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Relay.Dns.Caching;

/// <summary>
/// Answers while they live, bounded by their number. Finding one takes no lock and allocates nothing; what was not used
/// since the hand came by last goes first (second chance). Thread-safe.
/// </summary>
internal sealed class AnswerCache
{
    private readonly TimeProvider _time;
    private readonly int _entriesMax;
    private readonly ConcurrentDictionary<byte[], Slot> _slots = new(QuestionKey.Comparer);
    private readonly ConcurrentDictionary<byte[], Slot>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;
    private readonly Lock _lock = new();
    private readonly Queue<Slot> _clock = []; // under _lock; every slot once

    public AnswerCache(TimeProvider time, int entriesMax)
    {
        _time = time;
        _entriesMax = Math.Max(1, entriesMax);
        _bySpan = _slots.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public int Count => _slots.Count;

    /// <param name="ttl">What is left of its life.</param>
    public bool TryGet(ReadOnlySpan<byte> key, [NotNullWhen(true)] out DnsAnswer? answer, out TimeSpan ttl)
    {
        if (_bySpan.TryGetValue(key, out Slot? slot))
        {
            Entry entry = slot.Entry;
            long now = _time.GetTimestamp();
            if (now < entry.Expiry)
            {
                if (!slot.IsUsed)
                {
                    slot.IsUsed = true;
                }

                answer = entry.Answer;
                ttl = _time.GetElapsedTime(now, entry.Expiry);
                return true;
            }
        }

        answer = null;
        ttl = default;
        return false;
    }

    public void Set(byte[] key, DnsAnswer answer, TimeSpan ttl)
    {
        long expiry = _time.GetTimestamp() + (long)(ttl.TotalSeconds * _time.TimestampFrequency);
        var entry = new Entry(answer, expiry);
        lock (_lock)
        {
            if (_slots.TryGetValue(key, out Slot? known))
            {
                known.Entry = entry;
                return;
            }

            while (_clock.Count >= _entriesMax)
            {
                EvictOne();
            }

            var slot = new Slot(key, entry);
            _clock.Enqueue(slot);
            _slots[key] = slot;
        }
    }

    /// <summary>Ends after one round at the latest, as the hand takes every mark away.</summary>
    private void EvictOne()
    {
        long now = _time.GetTimestamp();
        while (true)
        {
            Slot slot = _clock.Dequeue();
            if (slot.IsUsed && now < slot.Entry.Expiry)
            {
                slot.IsUsed = false;
                _clock.Enqueue(slot);
                continue;
            }

            _slots.TryRemove(slot.Key, out _);
            return;
        }
    }

    private sealed class Slot(byte[] key, Entry entry)
    {
        private volatile Entry _entry = entry;

        /// <summary>A hint: lost updates do no harm.</summary>
        public bool IsUsed;

        public byte[] Key => key;

        public Entry Entry
        {
            get => _entry;
            set => _entry = value;
        }
    }

    private sealed record Entry(DnsAnswer Answer, long Expiry);
}
