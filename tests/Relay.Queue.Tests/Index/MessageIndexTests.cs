using Relay.Queue.Index;
using Relay.Testing;

namespace Relay.Queue.Tests.Index;

public sealed class MessageIndexTests
{
    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Index_agrees_with_a_dictionary_through_any_changes(int seed)
    {
        var random = new Random(seed);
        var index = new MessageIndex(new AttemptClock(_time));
        var model = new Dictionary<ulong, IndexEntry>();
        for (int step = 0; step < 50_000; step++)
        {
            // Phases of growth and of decline, down to nothing.
            bool growing = step / 5000 % 2 == 0;
            ulong id = model.Count == 0 ? 1 : model.Keys.ElementAt(random.Next(Math.Min(100, model.Count)));
            switch (random.Next(10))
            {
                case < 5 when growing:
                    var added = NewEntry(random);
                    Assert.Equal(model.TryAdd(added.Id, added), index.TryAdd(added));
                    break;
                case < 8 when !growing:
                    Assert.Equal(model.Remove(id), index.TryRemove(id, out IndexEntry removed));
                    Assert.True(removed.Id == 0 || removed.Id == id);
                    break;
                case 8:
                    Change(index, model, id, default(EntryChanges.Hold));
                    break;
                case 9:
                    Change(index, model, id, default(EntryChanges.Release));
                    break;
                default:
                    Change(index, model, id, new EntryChanges.SetState(random.NextInt64(1L << 47), 3, 5));
                    break;
            }
        }

        Assert.Equal(model.Count, index.Count);
        Assert.Equal(model.Keys.Order(), index.SortedIds());
        Assert.All(model.Values, expected =>
        {
            Assert.True(index.TryGet(expected.Id, out IndexEntry found));
            AssertSame(expected, found);
        });
        Span<long> states = stackalloc long[4];
        index.CountStates(states);
        for (int i = 0; i < states.Length; i++)
        {
            Assert.Equal(model.Values.Count(entry => (int)entry.State == i), states[i]);
        }

        foreach (ulong id in model.Keys.ToList())
        {
            Assert.True(index.TryRemove(id, out _));
        }

        Assert.Equal(0, index.Count);
        foreach (IndexShard shard in index.Shards)
        {
            Assert.Equal(0, shard.TakeDue(index.Clock.Now, new DueMessage[1]));
        }

        Assert.Equal(uint.MaxValue, index.NextTick());
    }

    [Fact]
    public void Fields_share_their_words_without_touching_each_other()
    {
        var entry = new IndexEntry
        {
            AcceptAddress = (1L << 48) - 1,
            SegmentSpan = 0,
            StateAddress = 1,
            Jobs = ushort.MaxValue,
            Length = StoredLength.Of(1000, chunked: false),
            Flags = EntryFlags.Held | EntryFlags.Attempted,
            StateDepth = 15,
        };
        entry.SegmentSpan = ushort.MaxValue;
        entry.StateAddress = (1L << 48) - 2;
        entry.Flags = EntryFlags.Claimed;
        Assert.Equal((1L << 48) - 1, entry.AcceptAddress);
        Assert.Equal(ushort.MaxValue, entry.SegmentSpan);
        Assert.Equal((1L << 48) - 2, entry.StateAddress);
        Assert.Equal(ushort.MaxValue, entry.Jobs);
        Assert.Equal(1000, entry.Length.Total);
        Assert.Equal(EntryFlags.Claimed, entry.Flags);
        Assert.Equal(15, entry.StateDepth);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(524_287, false)]
    [InlineData(524_288, false)]
    [InlineData(70_000, true)]
    [InlineData(67_108_863, true)]
    [InlineData(68_719_476_735, true)]
    [InlineData((1L << 48) - 1, true)]
    public void A_stored_length_is_exact_when_small_and_rounded_up_when_large(long length, bool chunked)
    {
        var stored = StoredLength.Of(length, chunked);
        Assert.Equal(chunked, stored.IsChunked);
        Assert.InRange(stored.Total, length, length + (length >> 17));
        Assert.True(length >= 524_288 || stored.Total == length);
        Assert.Equal(chunked ? 0 : (int)stored.Total, stored.ReadHint);
        Assert.True(stored.Bits < 1 << 24);
    }

    private static void Change<TChange>(
        MessageIndex index, Dictionary<ulong, IndexEntry> model, ulong id, in TChange change)
        where TChange : struct, IEntryChange
    {
        bool known = model.TryGetValue(id, out IndexEntry entry);
        bool expected = known && change.Apply(ref entry);
        Assert.Equal(expected, index.TryChange(id, change, out IndexEntry after));
        if (known)
        {
            model[id] = entry;
            AssertSame(entry, after);
        }
    }

    private static void AssertSame(in IndexEntry expected, in IndexEntry found)
    {
        Assert.Equal(expected.Id, found.Id);
        Assert.Equal(expected.AcceptAddress, found.AcceptAddress);
        Assert.Equal(expected.StateAddress, found.StateAddress);
        Assert.Equal(expected.NextAttempt, found.NextAttempt);
        Assert.Equal(expected.State, found.State);
        Assert.Equal(expected.Unfinished, found.Unfinished);
        Assert.Equal(expected.StateDepth, found.StateDepth);
    }

    private IndexEntry NewEntry(Random random) => new()
    {
        Id = QueueId.FromTime(_time.GetUtcNow()).Value + (ulong)random.Next(100_000),
        AcceptAddress = random.NextInt64(1L << 47),
        NextAttempt = (uint)random.Next(),
        Unfinished = (ushort)random.Next(100),
        Flags = random.Next(4) == 0 ? EntryFlags.Held : random.Next(3) == 0 ? EntryFlags.Claimed : EntryFlags.None,
    };
}
