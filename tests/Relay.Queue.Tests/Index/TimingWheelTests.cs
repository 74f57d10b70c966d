using Relay.Queue.Index;

namespace Relay.Queue.Tests.Index;

public sealed class TimingWheelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_is_inserted_comes_out_when_due_as_a_sorted_model_says(int seed)
    {
        var random = new Random(seed);
        var slots = new EntrySlots();
        uint now = seed == 4 ? uint.MaxValue - 5_000_000 : (uint)random.Next();
        var wheel = new TimingWheel(slots, now);
        var model = new SortedSet<(uint Due, int Slot)>();
        for (int step = 0; step < 20_000; step++)
        {
            switch (random.Next(10))
            {
                case < 6:
                    int slot = slots.Take();
                    uint due = Later(now, random, bits: 22);
                    slots[slot].Id = 1;
                    slots[slot].NextAttempt = due;
                    wheel.Insert(slot);
                    model.Add((due, slot));
                    break;
                case < 8 when model.Count > 0:
                    (uint, int Slot) removed = model.ElementAt(random.Next(Math.Min(model.Count, 50)));
                    wheel.Remove(removed.Slot);
                    slots.Release(removed.Slot);
                    model.Remove(removed);
                    break;
                default:
                    now = Later(now, random, bits: 14);
                    AssertDue(wheel, slots, model, now);
                    break;
            }

            Assert.True(model.Count == 0 || wheel.NextTick <= model.Min.Due);
        }

        AssertDue(wheel, slots, model, uint.MaxValue - 1);
        Assert.Equal(0, slots.Count);
        Assert.Equal(uint.MaxValue, wheel.NextTick);
    }

    private static uint Later(uint now, Random random, int bits) =>
        (uint)Math.Min(uint.MaxValue - 1L, now + (long)Math.Pow(2, random.NextDouble() * bits) - 1);

    private static void AssertDue(TimingWheel wheel, EntrySlots slots, SortedSet<(uint Due, int Slot)> model, uint now)
    {
        var expected = model.Where(entry => entry.Due <= now).Select(entry => entry.Slot).ToHashSet();
        wheel.Advance(now);
        while (wheel.TryTakeDue(out int slot))
        {
            Assert.True(expected.Remove(slot));
            model.Remove((slots[slot].NextAttempt, slot));
            slots.Release(slot);
        }

        Assert.Empty(expected);
    }
}
